"""Charts on any page, folded boxes, and markup that a screen reader can use."""

from pathlib import Path

import nbformat
import pytest

from bookbuild.chapters.renderer import VEGALITE, render
from support.tiny_book import Built, build

pytestmark = pytest.mark.slow

SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "description": "One bar & </script> nothing else.",
    "data": {"values": [{"a": "b", "c": 1}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a"}, "y": {"field": "c", "type": "quantitative"}},
}
INDEX = """# Title

```{chart} notebooks/one#a
```

```{prf:proof}
:class: dropdown
Let $x$ be. Done.
```

```{prf:proof}
Seen at once.
```

```{exercise}
:label: ex-one
(*Compute.*) ★★ Needs nothing. Compute $x$.
```

```{solution} ex-one
:class: dropdown
It is one.
```

```{admonition} A hint
:class: dropdown tip
Look left.
```

```{admonition} From memory: is $x$ one?
:class: recall dropdown

It is.
```
"""


@pytest.fixture(scope="module")
def output() -> nbformat.NotebookNode:
    """Return a chart as a notebook stores it."""
    data, metadata = render(SPEC)
    return nbformat.v4.new_output("execute_result", data, metadata=metadata, execution_count=1)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, output: nbformat.NotebookNode) -> Built:
    """Build a book with one of everything."""
    return build(tmp_path_factory.mktemp("book"), index=INDEX, outputs=[output])


@pytest.mark.parametrize("page", ["index", "notebooks/one"])
def test_chart_has_picture_description_and_specification(built: Built, page: str) -> None:
    assert built.code == 0, built.messages
    [chart] = built.page(page).select("div.chart")
    assert chart.img["alt"] == SPEC["description"]
    assert Path(built.site, page).parent.joinpath(chart.img["src"]).is_file()
    script = chart.select_one("script[type='application/vnd.vegalite+json']")
    assert "One bar" in script.get_text()


def test_chart_scripts_are_local_and_only_where_needed(built: Built) -> None:
    scripts = [script["src"] for script in built.page("index").select("script[src]")]
    assert any("charts.js" in address for address in scripts)
    assert not [address for address in scripts if "//" in address]
    search = [script["src"] for script in built.page("search").select("script[src]")]
    assert not [address for address in search if "charts.js" in address]


@pytest.mark.parametrize(("page", "asked"), [("index", True), ("search", False), ("404", False)])
def test_mathematics_comes_only_to_pages_that_have_some(
    built: Built, page: str, asked: bool
) -> None:
    scripts = [script["src"] for script in built.page(page).select("script[src]")]
    assert any("mathjax" in address for address in scripts) is asked


@pytest.mark.parametrize("page", ["index", "notebooks/one"])
def test_only_the_page_that_searches_brings_the_index(built: Built, page: str) -> None:
    text = (built.site / f"{page}.html").read_text(encoding="utf-8")
    assert "searchindex.js" not in text
    assert "searchindex.js" in (built.site / "search.html").read_text(encoding="utf-8")


def test_a_chart_keeps_its_room_while_its_picture_is_not_loaded(built: Built) -> None:
    picture = built.page("index").select_one("div.chart img")
    assert picture["loading"] == "lazy"
    assert picture["style"] == f"width: {picture['width']}px; height: {picture['height']}px;"


def test_boxes_fold_without_scripts(built: Built) -> None:
    folded = built.page("index").select("article details.folded")
    assert [box.summary.get_text(strip=True) for box in folded] == [
        "Proof",
        "Solution to Exercise 1",
        "A hint",
        "From memory: is\\(x\\)one?",
    ]
    assert "recall" in folded[-1]["class"]
    assert "Proof" not in folded[0].p.get_text()
    assert not built.page("index").select(".dropdown.admonition, summary a")


def test_stars_say_how_hard_an_exercise_is(built: Built) -> None:
    [stars] = built.page("index").select(".exercise abbr")
    assert stars.get_text() == "★★"
    assert stars["title"] == "two stars: some work"
    assert stars.parent.get_text().startswith("(Compute.) ★★ Needs nothing.")


def test_unfolded_proof_is_text(built: Built) -> None:
    [proof] = built.page("index").select("article div.proof")
    assert proof.get_text(strip=True) == "Proof.Seen at once."


@pytest.mark.parametrize("page", ["index", "notebooks/one"])
def test_ids_are_unique(built: Built, page: str) -> None:
    ids = [element["id"] for element in built.page(page).select("[id]")]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("page", ["index", "notebooks/one", "search"])
def test_no_page_names_a_cdn(built: Built, page: str) -> None:
    text = (built.site / f"{page}.html").read_text(encoding="utf-8")
    assert "://" not in text.replace("http://www.w3.org/", "")


UNKNOWN = """# Title

```{chart} notebooks/two#a
```

```{chart} notebooks/one#b
```
"""


def test_unknown_and_undescribed_charts_are_named(tmp_path: Path, output) -> None:
    silent = nbformat.from_dict(output)
    silent["data"] = {**output["data"], VEGALITE: {**SPEC, "description": ""}}
    built = build(tmp_path, index=UNKNOWN, outputs=[silent])
    assert built.code != 0
    for message in (
        "no notebook 'notebooks/two' (for its chart 'a')",
        "notebook 'notebooks/one' has no chart in a cell tagged 'chart:b'",
        "the chart in cell 2 has no description",
    ):
        assert message in built.messages
