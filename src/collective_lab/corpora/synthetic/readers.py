"""How much order is worth in the synthetic corpus: readers that see all words, or fewer and better.

Each reader is a softmax regression on TF-IDF weights of single words and sees nothing of their
order. What differs is the part of the résumé that it is shown, which takes order to find.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np

from collective_lab.corpora.records import Resume
from collective_lab.corpora.split import in_test
from collective_lab.corpora.synthetic import vocabulary as words

_HEADING = re.compile(r", \d{4} to (\w+)$")
_ASIDE = re.compile(
    "|".join(re.sub(r"\\{\w\\}", "[^\\\\n]+", re.escape(aside)) + r"\." for aside in words.ASIDES),
    re.IGNORECASE,
)


def everything(text: str) -> str:
    """Return the whole résumé: the bag of words."""
    return text


def latest_job(text: str) -> str:
    """Return the lines of the job that goes on today, wherever the résumé lists it."""
    jobs: list[list[str]] = []
    goes_on = 0
    for line in text.split("\n")[1:-2]:  # between the summary, and skills and schooling
        if heading := _HEADING.search(line):
            if heading[1] in words.PRESENT:
                goes_on = len(jobs)
            jobs.append([])
        jobs[-1].append(line)
    return "\n".join(jobs[goes_on])


def own_latest_work(text: str) -> str:
    """Return the latest job without what is said of colleagues and of what was not done."""
    lines = latest_job(text).split("\n")
    return "\n".join(line for line in lines if not _ASIDE.fullmatch(line))


def accuracy(resumes: Sequence[Resume], view: Callable[[str], str]) -> float:
    """Return how often a reader of one view of the résumés is right on the test set.

    A résumé with several labels is shown to the learner once with each; a prediction is right if it
    is one of the labels.

    Parameters
    ----------
    resumes
        Résumés of the synthetic corpus.
    view
        What the reader sees of a text.

    Returns
    -------
    float
        A fraction in [0, 1].
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    train = [resume for resume in resumes if not in_test(resume.text)]
    test = [resume for resume in resumes if in_test(resume.text)]
    vectorizer = TfidfVectorizer(token_pattern=r"[^\s,.:]+", sublinear_tf=True)
    seen = vectorizer.fit_transform([view(resume.text) for resume in train])
    rows = [row for row, resume in enumerate(train) for _ in resume.labels]
    labels = [label for resume in train for label in resume.labels]
    reader = LogisticRegression(C=3.0, tol=1e-3, max_iter=500).fit(seen[rows], labels)
    predicted = reader.predict(vectorizer.transform([view(resume.text) for resume in test]))
    pairs = zip(predicted, test, strict=True)
    return float(np.mean([label in resume.labels for label, resume in pairs]))
