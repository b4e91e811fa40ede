"""The numbers and examples of the datasheet, computed from the synthetic corpus.

`collective-lab corpus datasheet book/results` writes them again: as
`datasheet.json`, and as the tables of `datasheet.md` that the page includes.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from collective_lab.corpora.occupations import OCCUPATIONS
from collective_lab.corpora.split import in_test
from collective_lab.corpora.synthetic import careers, readers, writing
from collective_lab.corpora.synthetic.source import SENT_AGAIN, Synthetic

READ = 10_000  # résumés for the comparison of readers; all others are of the whole corpus

CHOICES = {
    "the latest job spans two occupations, and both are labels": careers.TWO_HATS,
    "an earlier job is of the same occupation as the one after it": careers.STAYS,
    "the occupation before the latest is a label too": careers.REMEMBERED,
    "the main label is a wrong but related one": careers.MISLABELLED,
    "the jobs are listed oldest first": careers.OLDEST_FIRST,
    "a job's title names its occupation": writing.OWN_TITLE,
    "a skill named in a job is one of its occupation": writing.OWN_SKILL,
    "it is one of a related occupation instead": writing.NEARBY_SKILL,
    "a job says what a colleague did and the writer did not": writing.ASIDE,
    "the summary names a role that the writer wants and does not hold": writing.WISH,
    "a résumé is an earlier one, sent again": SENT_AGAIN,
}

READERS = {
    "all its words": readers.everything,
    "the words of the latest job": readers.latest_job,
    "those of them about the writer's own work": readers.own_latest_work,
}


def facts(source: Synthetic | None = None, n_read: int = READ) -> dict:
    """Return what the datasheet says of a synthetic corpus, by default the one of paper size.

    Parameters
    ----------
    source
        The corpus.
    n_read
        How many of its résumés the comparison of readers takes.
    """
    source = source or Synthetic()
    resumes, report = source.read()
    words = [len(resume.text.split()) for resume in resumes]
    n_test = sum(in_test(resume.text) for resume in resumes)
    holders = Counter(label for resume in resumes for label in resume.labels)
    many = Counter(len(resume.labels) for resume in resumes)
    pairs = Counter(
        (first, second)
        for resume in resumes
        for first in resume.labels
        for second in resume.labels
        if first < second
    )
    vocabulary = {word for resume in resumes for word in _words(resume.text)}
    return {
        "n": source.n,
        "seed": source.seed,
        "train": report.kept - n_test,
        "test": n_test,
        "repeated texts": report.repeats,
        "distinct words": len(vocabulary),
        "words": {str(q): int(np.percentile(words, q)) for q in (0, 5, 50, 95, 100)},
        "labels per résumé": {str(count): many[count] for count in sorted(many)},
        "holders": {OCCUPATIONS[label]: holders[label] for label in range(len(OCCUPATIONS))},
        "pairs": [
            [OCCUPATIONS[first], OCCUPATIONS[second], count]
            for (first, second), count in sorted(pairs.items(), key=lambda p: (-p[1], p[0]))[:5]
        ],
        "readers": {
            name: round(readers.accuracy(resumes[:n_read], view), 4)
            for name, view in READERS.items()
        },
        "read": n_read,
        "choices": CHOICES,
        "examples": [_example(source, jobs) for jobs in (1, 2, 3)],
    }


def page(figures: Mapping) -> str:
    """Return the tables of the datasheet as MyST, each between two markers."""
    n = figures["n"]
    lengths = figures["words"]
    composition = [
        (f"résumés, with seed {figures['seed']}", f"{n:,}"),
        ("… to train on, to test on", f"{figures['train']:,}, {figures['test']:,}"),
        ("… whose text repeats an earlier one", f"{figures['repeated texts']:,}"),
        (
            "… with one label, two, three",
            ", ".join(f"{count:,}" for count in figures["labels per résumé"].values()),
        ),
        (
            "words in one: fewest, median, most",
            ", ".join(str(lengths[q]) for q in ("0", "50", "100")),
        ),
        ("distinct words, case aside", f"{figures['distinct words']:,}"),
    ]
    holders = [
        (name, f"{count:,}", f"{100 * count / n:.1f} %")
        for name, count in figures["holders"].items()
    ]
    pairs = [
        (f"{occupation} and {other}", f"{count:,}") for occupation, other, count in figures["pairs"]
    ]
    read = [(name, f"{100 * share:.1f} %") for name, share in figures["readers"].items()]
    choices = [(name, f"{100 * share:.0f} %") for name, share in figures["choices"].items()]
    examples = [
        f"```text\n{example['text']}\n```\n\nLabels on file: {', '.join(example['labels'])}. "
        f"The latest job was generated as: {', '.join(example['latest'])}."
        for example in figures["examples"]
    ]
    blocks = {
        "composition": _table(("What", "How many"), composition),
        "holders": _table(("Occupation", "Résumés", "Share"), holders),
        "pairs": _table(("Labels together", "Résumés"), pairs),
        "readers": _table((f"What a reader sees of {figures['read']:,} résumés", "Right"), read),
        "choices": _table(("In a résumé or a job", "How often"), choices),
        "examples": "\n\n".join(examples),
    }
    parts = [f"% begin {name}\n\n{block}\n\n% end {name}\n" for name, block in blocks.items()]
    return "% Written by collective-lab corpus datasheet\n\n" + "\n".join(parts)


def write(folder: Path) -> None:
    """Write datasheet.json and datasheet.md to a folder."""
    figures = facts()
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    (folder / "datasheet.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    (folder / "datasheet.md").write_text(page(figures), encoding="utf-8", newline="\n")


def _example(source: Synthetic, jobs: int) -> dict:
    """Return the first résumé with so many jobs, and what its writer really did latest."""
    career, resume = next(pair for pair in source.people() if len(pair[0].jobs) == jobs)
    return {
        "text": resume.text,
        "labels": [OCCUPATIONS[label] for label in resume.labels],
        "latest": [OCCUPATIONS[hat] for hat in career.jobs[0]],
    }


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    numbers = ["---", *("---:" for _ in header[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, numbers, *rows))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w+#]+", text.lower())
