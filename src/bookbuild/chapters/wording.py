"""Phrases that the book does without, or says at most once in a chapter."""

import re
from collections.abc import Iterator

NEVER = {
    r"before (a|an optimal) firm\b": "say 'against a firm' or 'facing a firm'",
    r"before the word counter\b": "say 'against the word counter'",
    r"before a platform\b": "say 'against a platform' or 'facing a platform'",
    r"there is no single right answer": "say what a good answer weighs",
}
ONCE = {
    r"before you read on": "'Before you read on'",
    r"^[#*\-> ]*guess\b": "a sentence that begins with 'Guess'",
}


def problems(text: str) -> Iterator[str]:
    """Yield what is worn in a chapter or an outline, one message each, with its line."""
    for number, line in enumerate(text.splitlines(), start=1):
        for phrase, advice in NEVER.items():
            for found in re.finditer(phrase, line, re.I):
                yield f"line {number} says {found[0]!r}: {advice}"
    for phrase, name in ONCE.items():
        count = len(re.findall(phrase, text, re.I | re.M))
        if count > 1:
            yield f"it has {name} {count} times, and once is enough"
