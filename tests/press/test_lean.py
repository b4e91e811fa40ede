"""The site is built without what the full environment holds for others."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from bookbuild.site import lean

PRESS = (
    "import bookbuild.site.build, bookbuild.site.extension, jupyter_book.sphinx, myst_nb.sphinx_"
)
LOADED = "import sys; print(*(name for name in names if sys.modules.get(name)))"


@pytest.mark.slow
def test_the_press_loads_nothing_that_no_page_needs():
    assert all(map(find_spec, lean.UNNEEDED)), "there is nothing to leave out"
    start = f"names = {lean.UNNEEDED}; from bookbuild.site import lean; lean.leave_out()"
    code = "; ".join([start, PRESS, LOADED])
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []
