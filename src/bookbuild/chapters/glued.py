"""What an executed notebook glues: values that its pages, decks and ledgers quote by name."""

import ast
from typing import Any

RECORD = "application/papermill.record/text/plain"


def read(notebook: dict) -> dict[str, Any]:
    """Return the values that a notebook glues, by name; a picture or a table is none.

    Parameters
    ----------
    notebook : dict
        A chapter with its outputs, as nbformat or ``executed`` reads it.

    Returns
    -------
    dict of str to object
        The last value of each name: a number, a text, or a dictionary or list of these.
    """
    values = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if "scrapbook" in output.get("metadata", {}) and RECORD in output.get("data", {}):
                text = "".join(output["data"][RECORD])
                values[output["metadata"]["scrapbook"]["name"]] = ast.literal_eval(text)
    return values


def names(notebook: dict) -> list[str]:
    """Return the names of all that a notebook glues, pictures and tables among them, in order."""
    return [
        output["metadata"]["scrapbook"]["name"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    ]
