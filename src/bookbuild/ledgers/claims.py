"""The claims ledger: what the paper says, joined with what our chapters found.

``book/claims.yml`` lists what the paper says. A chapter answers a claim by gluing a dictionary
with the keys ``number`` and ``verdict`` under the name ``claim-ID``, and with ``differs`` if its
setting is not the paper's.
"""

from dataclasses import dataclass
from typing import Any

import yaml

from bookbuild.book import Book
from bookbuild.chapters import executed, glued

VERDICTS = ("agrees", "partly", "not", "cannot tell")
PENDING = "not yet"


@dataclass(frozen=True)
class Claim:
    """One line of the ledger.

    Parameters
    ----------
    id : str
        Name by which a chapter answers it.
    source : str
        Where the paper says it.
    says : str
        What it says, in our words.
    standing : str
        How we know that the paper says so.
    chapter : str
        The chapter that answers it, empty while there is none.
    number : str
        What the chapter found.
    verdict : str
        One of ``VERDICTS``, or ``not yet``.
    differs : str
        What differs between the paper's setting and ours.
    """

    id: str
    source: str
    says: str
    standing: str
    chapter: str = ""
    number: str = ""
    verdict: str = PENDING
    differs: str = ""


def read(book: Book) -> list[Claim]:
    """Return the ledger.

    Raises
    ------
    ValueError
        If a claim is listed twice or with an answer of its own, a chapter answers a claim that is
        not listed, two chapters answer the same one, or an answer lacks its number or its verdict.
    """
    claims = {}
    for entry in yaml.safe_load((book.source / "claims.yml").read_text(encoding="utf-8")):
        if entry["id"] in claims:
            raise ValueError(f"book/claims.yml lists claim {entry['id']!r} twice")
        answered = entry.keys() & {"chapter", "number", "verdict"}
        if answered:
            raise ValueError(
                f"book/claims.yml gives claim {entry['id']!r} its {', '.join(sorted(answered))}; "
                "only a chapter can, by gluing it"
            )
        claims[entry["id"]] = Claim(**entry)
    for name in book.chapter_names():
        for key, answer in _answers(book, name).items():
            claim = claims.get(key)
            if claim is None:
                raise ValueError(f"chapter {name} answers claim {key!r}, not in book/claims.yml")
            if claim.chapter:
                raise ValueError(f"chapters {claim.chapter} and {name} both answer claim {key!r}")
            complete = {"number", "verdict"} <= answer.keys() <= {"number", "verdict", "differs"}
            if not complete or answer["verdict"] not in VERDICTS:
                raise ValueError(
                    f"chapter {name} answers claim {key!r} with {answer}: it needs a number and a "
                    f"verdict, one of {', '.join(VERDICTS)}, and may say what differs"
                )
            claims[key] = Claim(**vars(claim) | answer | {"chapter": name})
    return list(claims.values())


def _answers(book: Book, name: str) -> dict[str, Any]:
    notebook = executed.read(book.notebooks / f"{name}.ipynb")
    return {
        key.removeprefix("claim-"): value
        for key, value in glued.read(notebook).items()
        if key.startswith("claim-")
    }
