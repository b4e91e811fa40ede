"""Run `bookbuild` as a module: ``python -m bookbuild``."""

import sys

from bookbuild.cli import main

if __name__ == "__main__":
    sys.exit(main())
