"""Say what is missing before anything is installed.

Run by the system's own Python, whatever its age, so this file uses no new syntax and imports
nothing from outside the standard library.
"""

import sys

WANTED = (3, 11)


def missing():
    """Return what this Python lacks to build the book: a list of sentences, empty if nothing."""
    found = []
    if sys.version_info[:2] < WANTED:
        found.append(
            "Python %d.%d or newer is needed; %s is %d.%d. Name another one: make PYTHON=python3.12"
            % (WANTED + (sys.executable,) + sys.version_info[:2])
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        found.append(
            "The modules venv and ensurepip are needed to make an environment; on Debian and"
            " Ubuntu: apt install python3-venv"
        )
    return found


if __name__ == "__main__":
    problems = missing()
    for problem in problems:
        sys.stderr.write("make: %s\n" % problem)
    sys.exit(1 if problems else 0)
