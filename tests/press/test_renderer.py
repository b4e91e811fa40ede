"""A chart is stored live, drawn and described, the same way every time."""

import base64
import io
import json
import os

import altair as alt
import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

from bookbuild.chapters import renderer
from support.books import THIS_BOOK

pytestmark = pytest.mark.slow

CHART = alt.Chart(pd.DataFrame({"x": [1, 2], "y": [2, 1]}), description="A falling line.")
SPEC = CHART.mark_line().encode(x="x", y="y").to_dict()
CELL = """import altair as alt, pandas as pd
alt.Chart(pd.DataFrame({"x": [1, 2], "y": [2, 1]}), DESCRIPTION).mark_line().encode(x="x", y="y")"""


def test_three_forms_and_no_html() -> None:
    data, metadata = renderer.render(SPEC)
    assert set(data) == {renderer.VEGALITE, "image/png", "text/plain"}
    assert data[renderer.VEGALITE] == SPEC
    assert data["text/plain"] == "Chart: A falling line."
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert image.mode == "P"
    assert len(image.getcolors()) <= renderer.COLOURS
    size = metadata["image/png"]
    assert abs(image.width - 2 * size["width"]) <= 1
    assert abs(image.height - 2 * size["height"]) <= 1


def test_same_bytes_every_time() -> None:
    assert json.dumps(renderer.render(SPEC)) == json.dumps(renderer.render(SPEC))


@pytest.mark.parametrize("description", [None, "", "  "])
def test_chart_without_description_is_refused(description: str | None) -> None:
    spec = {key: value for key, value in SPEC.items() if key != "description"}
    if description is not None:
        spec["description"] = description
    with pytest.raises(ValueError, match="no description"):
        renderer.render(spec)


def execute(cell: str, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    """Execute one cell in a kernel such as the press starts."""
    for name, value in renderer.kernel_environment(THIS_BOOK).items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return notebook


def test_kernels_of_the_press_store_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = execute(CELL.replace("DESCRIPTION", "description='Falls.'"), monkeypatch)
    [output] = notebook.cells[0].outputs
    assert list(output.data) == [renderer.VEGALITE, "image/png", "text/plain"]
    nbformat.validate(notebook)


def test_undescribed_chart_stops_its_chapter(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CellExecutionError, match="no description"):
        execute(CELL.replace("DESCRIPTION", "width=300"), monkeypatch)


def test_a_session_that_the_press_did_not_start_keeps_its_renderer() -> None:
    assert "IPYTHONDIR" not in os.environ
    assert alt.renderers.active == "default"
