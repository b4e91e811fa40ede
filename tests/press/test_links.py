"""Every link to the repository follows one setting; links to sources lead to what was written."""

from pathlib import Path

import pytest

from support.tiny_book import Built, build

pytestmark = pytest.mark.slow

REPOSITORY = "https://github.com/someone/book"


@pytest.fixture(scope="module")
def unknown(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build while the repository's address is not known."""
    return build(tmp_path_factory.mktemp("unknown"))


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build with an address."""
    return build(tmp_path_factory.mktemp("known"), repository=f"{REPOSITORY}.git")


def addresses(built: Built, page: str) -> list[str]:
    """Return where the links of a page lead."""
    return [link["href"] for link in built.page(page).find_all("a", href=True)]


def test_unknown_address_leaves_links_out_without_a_warning(unknown: Built) -> None:
    assert unknown.code == 0, unknown.messages
    for page in ("index", "notebooks/one"):
        outside = [address for address in addresses(unknown, page) if "://" in address]
        assert outside == []


def test_known_address_launches_the_executed_notebook(known: Built) -> None:
    assert known.code == 0, known.messages
    links = addresses(known, "notebooks/one")
    notebook = "book/notebooks/one.ipynb"
    assert f"https://mybinder.org/v2/gh/someone/book/main?urlpath=lab/tree/{notebook}" in links
    assert f"https://colab.research.google.com/github/someone/book/blob/main/{notebook}" in links
    assert REPOSITORY in links


def test_known_address_edits_the_authored_chapter(known: Built) -> None:
    links = addresses(known, "notebooks/one")
    assert f"{REPOSITORY}/edit/main/book/chapters/one.md" in links
    assert f"{REPOSITORY}/blob/main/book/chapters/one.md?plain=1" in links
    assert not [link for link in links if "/edit/" in link and link.endswith(".ipynb")]
    assert f"{REPOSITORY}/edit/main/book/index.md" in addresses(known, "index")


def test_another_site_is_linked_in_its_own_way(tmp_path: Path) -> None:
    built = build(tmp_path, repository="git@gitlab.com:some/one/book.git")
    assert built.code == 0, built.messages
    links = addresses(built, "notebooks/one")
    outside = [address for address in links if "://" in address]
    home = "https://gitlab.com/some/one/book"
    notebook = "book/notebooks/one.ipynb"
    binder = "https://mybinder.org/v2/gl/some%2Fone%2Fbook/main"
    issue = "issue[title]=Issue%20on%20page%20%2Fnotebooks/one.html"
    assert set(outside) == {
        home,
        f"{home}/-/edit/main/book/chapters/one.md",
        f"{home}/-/blob/main/book/chapters/one.md?plain=1",
        f"{home}/-/issues/new?{issue}&issue[description]=Your%20issue%20content%20here.",
        f"{binder}?urlpath=lab/tree/{notebook}",
    }


def test_an_address_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    built = build(tmp_path, repository="the-book")
    assert built.code != 0
    assert "repository.url in _config.yml is 'the-book': write https://" in built.messages


@pytest.mark.parametrize("state", ["unknown", "known"])
def test_both_files_of_a_chapter_can_be_downloaded(state: str, request) -> None:
    built = request.getfixturevalue(state)
    links = addresses(built, "notebooks/one")
    for name in ("chapters/one.md", "notebooks/one.ipynb"):
        assert f"../_sources/{name}" in links
        assert Path(built.site, "_sources", name).is_file()
