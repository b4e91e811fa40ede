"""A web server on loopback that serves files as badly as a test asks."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """How the server treats requests; a test may change it between two of them.

    Attributes
    ----------
    files
        What it serves, by name.
    cut
        Close the connection after this many bytes of an answer.
    claimed
        Say this size, whatever the size.
    ranges
        Whether it honours Range.
    shift
        Begin this many bytes off the place that was asked for.
    status
        Answer with this error, if any.
    silent
        If an event is given, keep the connection open, without a word, until it is set.
    asked
        The Range header of each request so far, None where there was none.
    """

    files: Mapping[str, bytes]
    cut: int | None = None
    claimed: int | None = None
    ranges: bool = True
    shift: int = 0
    status: int | None = None
    silent: threading.Event | None = None
    asked: list[str | None] = field(default_factory=list)


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """Serve on a free port of loopback, and give the address with its closing slash."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, behaviour)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(handler: BaseHTTPRequestHandler, behaviour: Behaviour) -> None:
    wanted = handler.headers.get("Range")
    behaviour.asked.append(wanted)
    content = behaviour.files.get(handler.path.lstrip("/"))
    handler.close_connection = True
    if behaviour.status or content is None:
        handler.send_error(behaviour.status or 404)
        return
    start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and behaviour.ranges else 0
    if start and start >= len(content):
        handler.send_error(416)
        return
    if start:
        start += behaviour.shift
    size = len(content) if behaviour.claimed is None else behaviour.claimed
    handler.send_response(206 if start else 200)
    handler.send_header("Content-Length", str(size - start))
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
    handler.end_headers()
    with suppress(ConnectionError):  # the client may have heard enough
        handler.wfile.write(content[start:][: behaviour.cut])
        handler.wfile.flush()
    if behaviour.silent is not None:
        behaviour.silent.wait()
