"""Serving the site: a port that cannot be had is said before anything is built."""

import socket
from threading import Thread
from urllib.request import urlopen

import pytest

from bookbuild import cli as command
from bookbuild.site import serve
from support.books import make_book


@pytest.fixture
def book(tmp_path):
    """Return a book with a built site."""
    book = make_book(tmp_path)
    book.site.mkdir(parents=True)
    (book.site / "index.html").write_text("a page", encoding="utf-8")
    return book


@pytest.fixture
def builds(monkeypatch):
    """Return the books whose site was asked for; none is built."""
    asked = []
    monkeypatch.setattr(serve, "build", lambda book: asked.append(book) or 1)
    return asked


@pytest.fixture
def taken():
    """Return the number of a port that another program listens on."""
    with socket.socket() as other:
        other.bind((serve.HOST, 0))
        other.listen()
        yield str(other.getsockname()[1])


def test_a_port_in_use_is_one_sentence_before_the_build(monkeypatch, capsys, book, builds, taken):
    arguments = ["bookbuild", "--book", str(book.root), "serve", "--port", taken]
    monkeypatch.setattr(command.sys, "argv", arguments)
    assert command.main() == 2
    assert builds == []
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"bookbuild: port {taken} cannot be used: ")
    assert line.endswith("; name another one, such as PORT=8000")


@pytest.mark.parametrize("port", ["", "abc", "80 00", "-1", "0", "65536", "8000.5", "٨٠٠٠", "²"])
def test_what_is_no_port_is_said_before_the_build(book, builds, port):
    with pytest.raises(ValueError, match=f"PORT={port} is no port: name a number from 1 to 65535"):
        serve.run(book, port)
    assert builds == []


def test_a_site_that_cannot_be_built_is_not_served(book, builds, free_port):
    assert serve.run(book, free_port) == 1
    assert builds == [book]


def test_pages_are_served_also_after_the_site_was_built_anew(book, free_port):
    with serve.listen(book, free_port) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://{serve.HOST}:{free_port}/index.html"
        assert urlopen(address).read() == b"a page"
        book.site.rename(book.build / "earlier")
        book.site.mkdir()
        (book.site / "index.html").write_text("a newer page", encoding="utf-8")
        assert urlopen(address).read() == b"a newer page"
        server.shutdown()


@pytest.fixture
def free_port():
    """Return the number of a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((serve.HOST, 0))
        return str(probe.getsockname()[1])
