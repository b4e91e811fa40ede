"""Run `collective-lab` as a module: ``python -m collective_lab``."""

import sys

from collective_lab.cli import main

if __name__ == "__main__":
    sys.exit(main())
