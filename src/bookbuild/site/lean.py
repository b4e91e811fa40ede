"""Start Jupyter Book without what no page needs: ``python -m bookbuild.site.lean build …``.

jupytext loads a notebook server where it finds one, as in the full environment: work in each
process, which the site's own environment is spared.
"""

import sys

UNNEEDED = ("jupyter_server",)


def leave_out() -> None:
    """Let this process import what no page needs no more than where it is not installed."""
    for name in UNNEEDED:
        sys.modules.setdefault(name, None)  # ty: ignore[no-matching-overload]  # None: not to be found


if __name__ == "__main__":
    leave_out()
    from jupyter_book.cli.main import main

    sys.exit(main())
