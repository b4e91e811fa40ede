"""The search finds what pages show, as they show it, and shows it without TeX."""

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, BrowserContext, Page, expect

from support.themes import see_both_themes

RESULTS = "#search-results li a"
# Those words of a list for which the search does not name the page.
MISSED = """([words, page]) => words.filter((word) => {
  const [, terms, excluded] = Search._parseQuery(word);
  if (!terms.size) return false; // a number alone, or a word such as "the"
  return !Search.performTermsSearch(terms, excluded).some(([name]) => name === page);
})"""


def search(page: Page, address: str, words: str) -> None:
    """Ask for some words."""
    page.goto(f"{address}search.html")
    page.locator("article input[type=search], .bd-search-container input").first.fill(words)
    page.keyboard.press("Enter")
    expect(page.locator("#search-results .search-summary")).to_contain_text("finished")


@pytest.fixture(scope="module")
def index(context: BrowserContext, address: str) -> Iterator[Page]:
    """Open the search with its index, to be asked without a visit for each question."""
    page = context.new_page()
    page.goto(f"{address}search.html")
    page.wait_for_function("Search.hasIndex()")
    yield page
    page.close()


@pytest.mark.parametrize(
    "name",
    ["Gürses", "Gurses", "gürses", "Mendler-Dünner", "Mendler-Dunner", "Dunner", "Györfi",
     "Győrfi", "Gyorfi", "Tramèr", "Tramer", "Honig", "Aïvodji", "Aivodji", "Laszlo", "TikTok",
     "#TulsaFlop", "Le Scao", "Daume III"],
)  # fmt: skip
def test_a_name_is_found_with_and_without_its_accents(index: Page, name: str) -> None:
    assert index.evaluate(MISSED, [[name], "bibliography"]) == []


def test_every_word_of_the_bibliography_finds_it(index: Page, site) -> None:
    soup = BeautifulSoup((site / "bibliography.html").read_text("utf-8"), "html.parser")
    entries = soup.select("article .citation")
    assert len(entries) > 50
    for link in soup.select("article .citation a, article .citation .label"):
        link.decompose()
    words = sorted({word for entry in entries for word in entry.get_text().split()})
    assert index.evaluate(MISSED, [words, "bibliography"]) == []


@pytest.mark.parametrize(
    "words", ["theorem", "uniqueness", "critical mass", "gradient", "population"]
)
def test_results_show_no_tex(page: Page, address: str, words: str) -> None:
    search(page, address, words)
    expect(page.locator(RESULTS).first).to_be_visible()
    page.wait_for_function(
        "document.querySelectorAll('#search-results li:not(:has(> span))').length"
        " === document.querySelectorAll('#search-results li .context').length"
    )
    text = page.locator("#search-results").inner_text()
    assert re.findall(r".{0,20}(?:\\[a-zA-Z(\[]|\$).{0,20}", text) == []


def test_chapters_come_before_what_the_library_calls_the_same(page: Page, address: str) -> None:
    search(page, address, "gradient")
    found = page.locator(RESULTS).all_inner_texts()
    first = next(at for at, title in enumerate(found) if title.endswith("Loss.gradient"))
    chapter = next(at for at, title in enumerate(found) if title.endswith("Steering the descent"))
    assert chapter < first


def test_an_excerpt_shows_the_name_that_was_asked_for(page: Page, address: str) -> None:
    search(page, address, "Gurses")
    expect(page.locator("#search-results li", has_text="Bibliography")).to_contain_text("Gürses")


@pytest.mark.parametrize(
    "name",
    ["404", "bibliography", "api/signals", "notebooks/planting-a-signal", "instructors/syllabus"],
)
def test_words_searched_for_can_be_read_where_they_are_marked(
    page: Page, address: str, name: str
) -> None:
    """Most words have one of these pairs of letters, on text, links, code and what is muted."""
    page.goto(address)
    page.evaluate("localStorage.setItem('sphinx_highlight_terms', 'an er in on re st')")
    page.goto(f"{address}{name}.html")
    expect(page.locator("article span.highlighted").first).to_be_attached()
    assert see_both_themes(page) == {"dark": [], "light": []}


def test_pages_opened_as_files_are_searched_without_a_complaint(browser: Browser, site) -> None:
    said: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: message.type == "error" and said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{(site / 'search.html').as_uri()}?q=uniqueness")
    expect(page.locator(RESULTS).first).to_be_visible()
    page.close()
    assert said == []
