"""What is yours: strategies, models, learners and metrics in files that register them.

A plugin is a Python file, or a package's entry point in the group `collective_lab`, that writes
into the mappings by which a configuration names things::

    from collective_lab.learners import LEARNERS, Plain
    class Mine(Plain): ...
    LEARNERS["mine"] = Mine

The others are `signals.planting.STRATEGIES`, `models.MODELS` with `models.RECIPES`, and
`experiment.scoring.METRICS`. ``collective-lab --plugin FILE.py …`` loads a file; workers of a sweep
find it by the environment variable COLLECTIVE_ACTION_PLUGINS, and so does a Dask worker elsewhere.
"""

import importlib.util
import os
import sys
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

GROUP = "collective_lab"
VARIABLE = "COLLECTIVE_ACTION_PLUGINS"


def add(path: Path | str) -> None:
    """Load a file, here and in every process that is started from here.

    Raises
    ------
    ValueError
        If there is no such file, or it fails.
    """
    known = os.environ.get(VARIABLE, "").split(os.pathsep)
    os.environ[VARIABLE] = os.pathsep.join(dict.fromkeys(filter(None, [*known, _absolute(path)])))
    load()


def load() -> None:
    """Load all entry points, and the files that the environment names, each once."""
    _entry_points()
    for path in files():
        _file(str(path))


def files() -> list[Path]:
    """Return the files that the environment names."""
    return [Path(path) for path in os.environ.get(VARIABLE, "").split(os.pathsep) if path]


def _absolute(path: Path | str) -> str:
    return str(Path(path).expanduser().resolve())


@cache
def _entry_points() -> None:
    for point in entry_points(group=GROUP):
        point.load()


@cache
def _file(path: str) -> None:
    name = f"collective_lab_plugin_{Path(path).stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not Path(path).is_file():
        raise ValueError(f"plugin is {path!r}: it must be a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(f"plugin {path} fails: {type(error).__name__}: {error}") from error
