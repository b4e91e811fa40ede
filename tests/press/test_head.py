"""What a page says of itself: a description, a card, and addresses only of a site that has one."""

from xml.etree import ElementTree

import pytest

from support.tiny_book import Built, build

pytestmark = pytest.mark.slow

HOME = "https://example.org/book/"
CHAPTER = """# One $x$ *more*

```{admonition} You will
:class: objectives

- **say** what "one" & two are
- count $y_1$ apples
```
"""
INDEX = "# Title\n\nWhat the book is about.\n\nAnd more.\n"


@pytest.fixture(scope="module")
def homeless(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build while the site's address is not known."""
    return build(tmp_path_factory.mktemp("homeless"), index=INDEX, chapter=CHAPTER)


@pytest.fixture(scope="module")
def homed(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build with an address."""
    return build(tmp_path_factory.mktemp("homed"), index=INDEX, chapter=CHAPTER, home=HOME)


def meta(built: Built, page: str, name: str) -> list[str]:
    """Return what a page says under a name."""
    found = built.page(page).select(f"meta[name='{name}'], meta[property='{name}']")
    return [element["content"] for element in found]


def test_a_chapter_is_described_by_its_objectives(homeless: Built) -> None:
    assert homeless.code == 0, homeless.messages
    [about] = meta(homeless, "notebooks/one", "description")
    assert about.startswith("One")
    assert about.endswith("say what “one” & two are; count apples")
    assert "\\" not in about


def test_a_page_is_described_by_its_first_paragraph(homeless: Built) -> None:
    assert meta(homeless, "index", "description") == ["Title: What the book is about."]
    assert meta(homeless, "index", "og:type") == ["website"]
    assert meta(homeless, "index", "og:title") == ["Title"]


@pytest.mark.parametrize("page", ["index", "notebooks/one", "search", "404"])
def test_there_is_one_viewport(homeless: Built, page: str) -> None:
    assert len(meta(homeless, page, "viewport")) == 1


@pytest.mark.parametrize("page", ["index", "notebooks/one", "404"])
def test_without_an_address_nothing_is_absolute(homeless: Built, page: str) -> None:
    head = homeless.page(page).head
    assert not head.select("link[rel=canonical], base, meta[property='og:image']")
    assert "://" not in str(head)
    assert not (homeless.site / "sitemap.xml").exists()


def test_with_an_address_pages_say_it(homed: Built) -> None:
    assert homed.code == 0, homed.messages
    page = homed.page("notebooks/one")
    assert page.select_one("link[rel=canonical]")["href"] == f"{HOME}notebooks/one.html"
    assert meta(homed, "notebooks/one", "og:url") == [f"{HOME}notebooks/one.html"]
    [picture] = meta(homed, "notebooks/one", "og:image")
    assert (homed.site / picture.removeprefix(HOME)).is_file()


def test_the_sitemap_names_every_page_that_was_written(homed: Built) -> None:
    tree = ElementTree.parse(homed.site / "sitemap.xml")
    addresses = [element.text for element in tree.iter() if element.tag.endswith("loc")]
    assert addresses == [f"{HOME}index.html", f"{HOME}notebooks/one.html"]


def test_a_dead_address_of_any_depth_leads_back(homed: Built, homeless: Built) -> None:
    for built in (homed, homeless):
        article = built.page("404").select_one("[role=main]")
        assert article.select_one("a[href='index.html']")
        assert article.select_one("form[action='search.html'] input[name=q]")
        assert meta(built, "404", "robots") == ["noindex"]
    page = homed.page("404")
    assert page.select_one("base")["href"] == HOME
    fetched = page.head.select("[href], [src]")
    assert fetched[0].name == "base", "an address before the base would not follow it"
