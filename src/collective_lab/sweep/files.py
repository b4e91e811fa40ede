"""Grids in files: TOML, so that a sweep of one's own takes no programming.

::

    corpus = "reviews.csv"      # beside this file; or {kind = "synthetic", n = 4800, seed = 0}
    model = "bag"               # any field of a configuration, for all runs
    target = "five stars"

    [[groups.alpha]]            # several tables of one name make one group
    seeds = 10
    alpha = [0, 0.001, 0.01]    # every combination of what has several values

    [[groups.noise]]
    seeds = 10
    label_noise = [0, 0.3]
    alpha = [0, 0.001, 0.01]
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from collective_lab.corpora.labels import position
from collective_lab.corpora.loading import Source
from collective_lab.experiment.configuration import SOURCES, Configuration, source_values
from collective_lab.signals.marking import Marking
from collective_lab.sweep.studies import Grid, Study

MARKING = tuple(field.name for field in fields(Marking))
FIELDS = tuple(
    field.name for field in fields(Configuration) if field.name not in ("corpus", "marking", "seed")
)

TARGETS = ("target", "second_target")


def read(path: Path) -> Grid:
    """Return the grid of a file. Where it names texts of yours, the path is from its own folder.

    Raises
    ------
    ValueError
        If there is no such file, it is no TOML, or what it says is no grid.
    """
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path} is no TOML in UTF-8: {error}") from error
    try:
        return _grid(values, Path(path).parent)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def write(grid: Grid) -> str:
    """Return a grid as the text of a file that `read` takes."""
    base = grid.base
    kept = {name: getattr(base, name) for name in ("corpus", *FIELDS)} | asdict(base.marking)
    lines = [f"{name} = {_value(value)}" for name, value in kept.items()]
    for group, studies in grid.studies.items():
        for study in studies:
            lines += ["", f"[[groups.{_key(group)}]]", f"seeds = {study.seeds}"]
            lines += [f"{name} = {_value(list(held))}" for name, held in study.varied.items()]
    return "\n".join(lines) + "\n"


def _grid(values: Mapping[str, Any], folder: Path) -> Grid:
    values = dict(values)
    groups = values.pop("groups", {})
    corpus = _source(values.pop("corpus", None), folder)
    chosen: dict[str, Any] = values
    for name in TARGETS:
        if name in chosen:
            chosen[name] = _labels(chosen[name], corpus)
    _require_known(chosen)
    marking = Marking(**{name: chosen.pop(name) for name in MARKING if name in chosen})
    base = Configuration(corpus=corpus, marking=marking, **chosen)
    if not isinstance(groups, dict) or not groups:
        raise ValueError("there is no group: a table [[groups.NAME]] says what to vary")
    studies = {
        group: [_study(dict(table), corpus, folder) for table in _tables(group, tables)]
        for group, tables in groups.items()
    }
    return Grid(base, studies)


def _tables(group: str, tables: Any) -> list[dict]:
    if isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
        return tables
    raise ValueError(f"groups.{group} is no list of tables: write [[groups.{group}]]")


def _study(table: dict[str, Any], corpus: Source, folder: Path) -> Study:
    seeds = table.pop("seeds", None)
    if not isinstance(seeds, int) or seeds < 1:
        raise ValueError(f"seeds is {seeds!r}: a group needs at least one")
    _require_known({name: value for name, value in table.items() if name != "corpus"})
    held = {name: value if isinstance(value, list) else [value] for name, value in table.items()}
    if "corpus" in held:
        held["corpus"] = [_source(value, folder) for value in held["corpus"]]
    for name in TARGETS:
        if name in held:
            held[name] = [_labels(value, corpus) for value in held[name]]
    return Study(seeds, held)


def _require_known(chosen: Mapping[str, object]) -> None:
    if odd := [name for name in chosen if name not in (*FIELDS, *MARKING)]:
        raise ValueError(f"{', '.join(odd)}: a grid knows {', '.join((*FIELDS, *MARKING))}")


def _labels(value: object, corpus: Source) -> object:
    return position(value, corpus.labels) if isinstance(value, str) else value


def _source(value: object, folder: Path) -> Source:
    asked = {"kind": "synthetic"} if value is None else value
    asked = {"where": asked} if isinstance(asked, str) else asked
    if not isinstance(asked, dict) or asked.get("kind", "texts") not in SOURCES:
        raise ValueError(f"corpus is {value!r}: it must be a path, or a table whose kind is one of "
                         f"{', '.join(SOURCES)}")  # fmt: skip
    kind, _ = SOURCES[asked.get("kind", "texts")]
    given: dict[str, Any] = {name: held for name, held in asked.items() if name != "kind"}
    if "where" in given and not str(given["where"]).startswith("hub:"):
        given["where"] = (folder / given["where"]).as_posix()
    if given.get("lists"):
        given["lists"] = (folder / given["lists"]).as_posix()
    if "path" in given:
        given["path"] = folder / given["path"]
    return kind(**given)


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else json.dumps(name)


def _value(value: object) -> str:
    if isinstance(value, Source):
        corpus = source_values(value)
        value = {name: held for name, held in corpus.items() if name != "labels"}
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{_key(name)} = {_value(held)}" for name, held in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
