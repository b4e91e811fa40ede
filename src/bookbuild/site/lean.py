"""Start Jupyter Book without what no page needs: ``python -m bookbuild.site.lean build …``.

jsonschema and jupytext load whatever they find beside them. In the full environment that is a
grammar of addresses and a notebook server, seconds of work in each process; the site's own
environment has neither.
"""

import sys

UNNEEDED = ("jupyter_server", "rfc3987_syntax")


def leave_out() -> None:
    """Let this process import what no page needs no more than where it is not installed."""
    for name in UNNEEDED:
        sys.modules.setdefault(name, None)  # ty: ignore[no-matching-overload]  # None: not to be found


if __name__ == "__main__":
    leave_out()
    from jupyter_book.cli.main import main

    sys.exit(main())
