"""Build the site and serve it on this machine."""

from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from bookbuild.book import Book
from bookbuild.site.build import build

HOST = "127.0.0.1"


def run(book: Book, port: str, page: str = "index.html") -> int:
    """Build the site, say where a page of it is, and serve it until Ctrl-C.

    Parameters
    ----------
    book : Book
    port : str
        The number of the port to serve on. It is taken before anything is built.
    page : str, optional
        The page to name.

    Returns
    -------
    int
        0 once the server is stopped; what ``build`` returned if there is nothing to serve.

    Raises
    ------
    ValueError
        If the port cannot be had, or the site cannot be built.
    """
    with listen(book, port) as server:
        code = build(book)
        if code:
            return code
        print(f"http://{HOST}:{server.server_port}/{page} (Ctrl-C stops)", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0


def listen(book: Book, port: str) -> ThreadingHTTPServer:
    """Return a server of the built site that has its port already.

    Raises
    ------
    ValueError
        If it is no number of a port, or that port is in use or not for everyone.
    """
    number = int(port) if port.isascii() and port.isdigit() else 0
    if not 0 < number < 2**16:
        raise ValueError(f"PORT={port} is no port: name a number from 1 to {2**16 - 1}")
    handler = partial(SimpleHTTPRequestHandler, directory=str(book.site))
    try:
        return ThreadingHTTPServer((HOST, number), handler)
    except OSError as error:
        raise ValueError(
            f"port {number} cannot be used: {error.strerror}; name another one, such as "
            f"PORT={8000 if number != 8000 else 8001}"
        ) from None
