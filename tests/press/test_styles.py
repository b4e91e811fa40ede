"""A style sheet loses what no page uses, and nothing else."""

from types import SimpleNamespace

import pytest

from bookbuild.site.extension.styles import slim, usable

WORDS = {"used", "here", "main"}


@pytest.mark.parametrize(
    "css",
    [
        ".used{color:red}",
        "a:hover,p.used>em{color:red}",
        "#main .here{color:red}",
        "table{color:red}",
        ".used:not(.absent){color:red}",
        ":is(.absent,.here){color:red}",
        'a[href$=".absent"]{color:red}',
        "@font-face{font-family:x;src:url(a.woff2)}",
        '@charset "UTF-8";',
        "@media print{.used{color:red}}",
        '.used{content:"}";background:url(data:image/svg+xml;a,b)}',
        ".sd\\:absent{color:red}",
    ],
)
def test_what_a_page_can_use_stays(css: str) -> None:
    assert usable(css, WORDS) == css


@pytest.mark.parametrize(
    ("css", "left"),
    [
        (".absent{color:red}", ""),
        (".used .absent{color:red}", ""),
        ("#absent{color:red}", ""),
        (".used,.absent,.here{color:red}", ".used,.here{color:red}"),
        (".used,.absent:not(.a,.b){color:red}", ".used{color:red}"),
        ("@media print{.absent{color:red}}", ""),
        ("@media print{.absent{color:red}.used{color:red}}", "@media print{.used{color:red}}"),
        ("/* about */.used{color:red}", ".used{color:red}"),
        (".used {\n  margin: 0\n    auto;\n}\n", ".used{margin: 0 auto;}"),
        ("/*! licence */.absent{color:red}.used{color:red}", "/*! licence */.used{color:red}"),
    ],
)
def test_what_no_page_can_use_goes(css: str, left: str) -> None:
    assert usable(css, WORDS) == left


def test_a_script_adds_classes_if_a_page_loads_it_and_has_the_component(tmp_path):
    page = '<p class="here"></p><script defer src="_static/scripts/theme.js?v=1"></script>'
    scripts = tmp_path / "_static" / "scripts"
    scripts.mkdir(parents=True)
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    (scripts / "theme.js").write_text("add('added'); add('toast-body')", encoding="utf-8")
    (scripts / "icons.js").write_text("add('icon')", encoding="utf-8")
    (scripts.parent / "own.js").write_text("add('own')", encoding="utf-8")
    sheet = scripts.parent / "basic.css"
    classes = ("here", "added", "own", "icon", "toast-body")
    sheet.write_text("".join(f".{name}{{top:0}}" for name in classes), encoding="utf-8")
    app = SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=tmp_path)
    slim(app, None)
    assert sheet.read_text(encoding="utf-8") == ".here{top:0}.added{top:0}.own{top:0}"
