"""Where the book's data lie: recorded results, and the list of the literature.

They are looked for in this order: the folder that the caller names; the one that the environment
variable ``BOOK_ROOT`` names, which the book's own kernels set; the copy inside an installed
package; the nearest folder at or above the working directory that holds them.
"""

import os
from pathlib import Path

VARIABLE = "BOOK_ROOT"
PACKAGED = Path(__file__).with_name("book")


def book_folder(folder: Path | str | None = None) -> Path:
    """Return the folder that holds ``results/`` and ``literature.yml``.

    Parameters
    ----------
    folder
        That folder, or the one that holds it under the name ``book``, such as a checkout.

    Raises
    ------
    FileNotFoundError
        If there are no results in the folder that is named, or nowhere.
    """
    named = {"folder": folder, f"the environment variable {VARIABLE}": os.environ.get(VARIABLE)}
    for name, address in named.items():
        if address:
            data = _inside(Path(address).expanduser().absolute())
            if data is None:
                raise FileNotFoundError(
                    f"{name} is {str(address)!r}, and neither book/results nor results is in it: "
                    "name the book's folder"
                )
            return data
    if _inside(PACKAGED):
        return PACKAGED
    cwd = Path.cwd()
    for above in (cwd, *cwd.parents):
        if data := _inside(above):
            return data
    raise FileNotFoundError(
        f"the book's data are not there: {VARIABLE} is not set, there is no {PACKAGED}, and no "
        f"folder at or above {cwd} holds book/results or results. Set {VARIABLE} to the folder "
        "of the book, or work below it"
    )


def book_file(name: str, folder: Path | str | None = None) -> Path:
    """Return the path of a file or folder of the book's data.

    Parameters
    ----------
    name
        Such as "literature.yml" or "results/sweeps".
    folder
        As for `book_folder`.

    Raises
    ------
    FileNotFoundError
        If the book's data are nowhere.
    """
    return book_folder(folder) / name


def _inside(folder: Path) -> Path | None:
    holders = (folder / "book", folder)
    return next((holder for holder in holders if (holder / "results").is_dir()), None)
