"""Words are indexed without their accents, and as a reader's query is read."""

import pytest
from docutils import nodes

from bookbuild.site.extension.search import Accentless, _join, without_accents


@pytest.mark.parametrize(
    ("shown", "plain"),
    [
        ("Gürses", "Gurses"),
        ("Győrfi", "Gyorfi"),
        ("Gyo\u0308rfi", "Gyorfi"),
        ("Aïvodji", "Aivodji"),
        ("Søren Łukasz Đorđe", "Soren Lukasz Dorde"),
        ("Weiß, Æsop", "Weiss, AEsop"),
        ("α-level 10⁻³", "α-level 10−3"),
    ],
)
def test_a_letter_loses_its_marks(shown: str, plain: str) -> None:
    assert without_accents(shown) == plain


def test_words_end_where_a_query_s_do() -> None:
    words = Accentless({}).split("Mendler-Dünner’s “#TulsaFlop”: 417–436")
    assert words == ["Mendler", "Dunner", "s", "TulsaFlop", "417", "436"]


@pytest.mark.parametrize("word", ["its", "s", "as", "vs"])
def test_a_word_without_a_stem_stays(word: str) -> None:
    assert Accentless({}).stem(word) == word


def test_pieces_of_a_word_are_joined() -> None:
    text, title = nodes.Text, nodes.emphasis("", "", nodes.Text("Real"), nodes.Text("Toxicity"))
    paragraph = nodes.paragraph("", "", text("D"), text("ü"), text("nner. "), title, text("."))
    _join(paragraph)
    _join(title)
    assert [child.astext() for child in paragraph.children] == ["Dünner. ", "RealToxicity", "."]
    assert [child.astext() for child in title.children] == ["RealToxicity"]
