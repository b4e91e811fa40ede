"""A style sheet loses what no page uses, and nothing else."""

import pytest

from bookbuild.site.extension.styles import usable

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
        ("/*! licence */.absent{color:red}.used{color:red}", "/*! licence */.used{color:red}"),
    ],
)
def test_what_no_page_can_use_goes(css: str, left: str) -> None:
    assert usable(css, WORDS) == left
