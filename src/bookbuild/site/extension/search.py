"""A search that finds names with and without their accents; ``assets/search.js`` is its other half.

Letters lose their accents both in the index and in what a reader asks for. Text that the
bibliography breaks inside a word, as around the braces of BibTeX, is joined before it is indexed.
"""

import re
import unicodedata
from functools import cache

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish
from sphinx.transforms.post_transforms import SphinxPostTransform

WHOLE = {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "æ": "ae",
         "Æ": "AE", "œ": "oe", "Œ": "OE"}  # fmt: skip
SPLITTER = """
function withoutAccents(text) {
  const whole = %s;
  return text
    .normalize("NFKD")
    .replace(/\\p{Mn}/gu, "")
    .replace(/[%s]/g, (letter) => whole[letter]);
}
function splitQuery(query) {
  return withoutAccents(query).match(/[\\p{Letter}\\p{Number}_]+/gu) ?? [];
}
"""
KEEPER = """
const Porter = Stemmer;
Stemmer = function () {
  const porter = new Porter();
  this.stemWord = (word) => {
    const stem = porter.stemWord(word);
    return stem && !stopwords.includes(stem) ? stem : word;
  };
};
"""


def without_accents(text: str) -> str:
    """Return a text with the plain letter for each that carries a mark.

    >>> without_accents("Győrfi, Dünner, Søgaard")
    'Gyorfi, Dunner, Sogaard'
    """
    if text.isascii():
        return text
    letters = (WHOLE.get(char, char) for char in unicodedata.normalize("NFKD", text))
    return "".join(char for char in letters if unicodedata.category(char[0]) != "Mn")


class Accentless(SearchEnglish):
    """English, with words split and compared without their accents.

    A word whose stem is no word to search for, as of "its", stays as it is.
    """

    js_splitter_code = SPLITTER % (WHOLE, "".join(WHOLE))
    js_stemmer_code = SearchEnglish.js_stemmer_code + KEEPER

    def init(self, options: dict) -> None:
        """Keep each stem: a word comes again and again."""
        super().init(options)
        self.stem = cache(self.stem)

    def split(self, input: str) -> list[str]:
        """Return the words of a text."""
        return re.findall(r"\w+", without_accents(input))

    def stem(self, word: str) -> str:
        """Return the stem of a word; of two letters it is the word, as in the browser."""
        stem = super().stem(word) if len(word) > 2 else word.lower()
        return stem if stem and stem not in self.stopwords else word.lower()


class JoinWords(SphinxPostTransform):
    """Join neighbouring pieces of text in the bibliography, so that no word is indexed in parts."""

    default_priority = 6  # after the bibliography has got its entries
    formats = ("html",)

    def run(self, **_kwargs: object) -> None:
        """Run on one page."""
        for entry in self.document.findall(nodes.citation):
            for element in list(entry.findall(nodes.TextElement)):
                _join(element)


def _join(element: nodes.TextElement) -> None:
    children: list[nodes.Node] = []
    for child in element.children:
        if children and isinstance(child, nodes.Text) and isinstance(children[-1], nodes.Text):
            children[-1] = nodes.Text(children[-1] + child)
        else:
            children.append(child)
    element[:] = children


def setup(app: Sphinx) -> None:
    """Take the place of Sphinx's English."""
    app.add_search_language(Accentless)
    app.add_post_transform(JoinWords)
