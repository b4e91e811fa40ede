"""The repository's address leads to the same place in any form, or is refused in a sentence."""

import pytest

from bookbuild import repository
from support.books import make_book

GITHUB = "https://github.com/someone/the-book"
SAME = [
    GITHUB,
    f"{GITHUB}/",
    f"{GITHUB}.git",
    f"{GITHUB}.git/",
    f" {GITHUB}\n",
    f"{GITHUB}?tab=readme-ov-file#readme",
    f"{GITHUB}/tree/main/book",
    f"{GITHUB}/blob/main/README.md",
    f"{GITHUB}/issues/7",
    "http://github.com/someone/the-book",
    "https://www.github.com/someone/the-book",
    "HTTPS://GitHub.com/someone/the-book",
    "https://name:secret@github.com/someone/the-book.git",
    "github.com/someone/the-book",
    "github.com:someone/the-book.git",
    "git@github.com:someone/the-book.git",
    "git@github.com:someone/the-book",
    "ssh://git@github.com/someone/the-book.git",
    "ssh://git@github.com:22/someone/the-book.git",
    "git://github.com/someone/the-book.git",
    "git+https://github.com/someone/the-book.git",
]


@pytest.mark.parametrize("address", SAME)
def test_every_form_is_the_same_repository(address):
    found = repository.parse(address, None, None)
    assert found == repository.Repository("github.com", "someone/the-book", "github", "main")
    assert found.url == GITHUB
    assert found.on_colab
    assert found.on_binder == "v2/gh/someone/the-book/main"


@pytest.mark.parametrize(
    ("address", "url", "binder"),
    [
        (
            "git@gitlab.com:group/sub/book.git",
            "https://gitlab.com/group/sub/book",
            "gl/group%2Fsub%2Fbook",
        ),
        (
            "https://gitlab.com/group/book/-/tree/main",
            "https://gitlab.com/group/book",
            "gl/group%2Fbook",
        ),
        (
            "https://gitlab.example.org:8443/a/b.git",
            "https://gitlab.example.org:8443/a/b",
            "git/https%3A%2F%2Fgitlab.example.org%3A8443%2Fa%2Fb",
        ),
        (
            "ssh://git@github.example.org:2222/a/b",
            "https://github.example.org/a/b",
            "git/https%3A%2F%2Fgithub.example.org%2Fa%2Fb",
        ),
    ],
)
def test_other_sites_have_other_addresses_on_binder_and_none_on_colab(address, url, binder):
    found = repository.parse(address, "print", None)
    assert found.url == url
    assert found.on_binder == f"v2/{binder}/print"
    assert not found.on_colab


@pytest.mark.parametrize("forge", repository.FORGES)
def test_a_host_that_does_not_say_what_it_runs_is_asked_about(forge):
    with pytest.raises(ValueError, match=r"git\.example\.org may run GitHub or GitLab: say which"):
        repository.parse("https://git.example.org/a/b", None, None)
    assert repository.parse("https://git.example.org/a/b", None, forge).forge == forge


@pytest.mark.parametrize(
    "address",
    [
        "the book",
        "someone/the-book",
        "https://github.com",
        "https://github.com/someone",
        "https://github.com/someone/the book",
        "https://github.com/a/b/c",
        "https:///someone/the-book",
        "https://github.com:port/a/b",
        "ftp://github.com/a/b",
        "/home/someone/the-book",
        "../the-book.git",
        "file:///home/github/the-book",
        "https://github.com/../the-book",
        True,
    ],
)
def test_nonsense_is_refused_with_the_forms_that_work(address):
    with pytest.raises(ValueError, match=r"write https://github\.com/OWNER/NAME, git@github") as no:
        repository.parse(address, None, None)
    assert f"repository.url in _config.yml is {str(address).strip()!r}" in str(no.value)


@pytest.mark.parametrize("address", [None, "", "  "])
def test_no_address_is_no_repository(address):
    assert repository.parse(address, "main", None) is None


def test_a_book_s_settings_name_its_repository(tmp_path):
    book = make_book(tmp_path)
    settings = "repository: {url: https://git.example.org/a/b, branch: print}\n"
    option = "sphinx: {config: {html_theme_options: {repository_provider: gitlab}}}\n"
    (book.root / "_config.yml").write_text(settings + option)
    found = repository.find(book)
    assert (found.url, found.branch) == ("https://git.example.org/a/b", "print")
    (book.root / "_config.yml").write_text("title: One\n")
    assert repository.find(book) is None
