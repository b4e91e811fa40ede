"""The synthetic corpus: what it promises about size, split, words, order and accuracy."""

import hashlib
import re
import subprocess
import sys
from collections import Counter
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collective_lab.cli import main
from collective_lab.corpora import OCCUPATIONS, Synthetic, load
from collective_lab.corpora.split import TEST_SHARE, in_test, normalise
from collective_lab.corpora.synthetic import careers, readers, vocabulary

# Of the first fifty texts. If it changes, every recorded result is of another corpus.
DIGEST = "5f6f20084df4892a32581eab4003919f7f5f3acf5e99d3ec1ac5af30fcf98a90"


@pytest.fixture(scope="module")
def people():
    """Return 5,000 careers and their résumés."""
    return list(Synthetic(5_000, seed=1).people())


@pytest.fixture(scope="module")
def corpus():
    """Return a small corpus."""
    return load(Synthetic(3_000, seed=1))


def test_the_features_are_text_and_labels(corpus):
    for side in corpus.splits.values():
        assert set(side.features) == {"text", "labels"}
        assert side.features["labels"].feature.names == list(OCCUPATIONS)
    assert list(corpus.splits) == ["train", "test"]
    assert len(corpus.train) + len(corpus.test) == 3_000


def test_a_seed_gives_one_corpus_and_another_seed_another():
    first = Synthetic(200, seed=3).read()[0]
    assert first == Synthetic(200, seed=3).read()[0]
    assert {r.text for r in first}.isdisjoint(r.text for r in Synthetic(200, seed=4).read()[0])


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(people):
    assert list(Synthetic(500, seed=1).people()) == people[:500]


def test_the_corpus_is_the_same_on_every_machine():
    text = "\n\n".join(resume.text for _, resume in Synthetic(50, seed=0).people())
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST


def test_copies_of_a_text_are_on_one_side(corpus):
    train, test = (set(side["text"]) for side in (corpus.train, corpus.test))
    assert train.isdisjoint(test)
    assert corpus.report.repeats == 3_000 - len(train) - len(test) > 10


def test_the_split_has_the_papers_share():
    sides = [in_test(f"text {n}") for n in range(20_000)]
    assert np.mean(sides) == pytest.approx(TEST_SHARE, abs=0.01)
    assert pytest.approx(4_783) == TEST_SHARE * 29_783


@given(st.lists(st.text("aBcé9+", min_size=1), min_size=1), st.sampled_from(" \n\t\u00a0"))
def test_white_space_and_case_do_not_change_sides(words, space):
    text, other = " ".join(words), space + (2 * space).join(words).upper()
    assert normalise(text) == normalise(other)
    assert in_test(text) == in_test(other)


def test_another_form_of_a_character_does_not_change_sides():
    assert normalise("Ｊａｖａ proﬁle") == normalise("java profile")


def test_labels_have_unequal_shares_and_occur_together(people):
    counts = Counter(label for career, _ in people for label in career.labels)
    shares = np.array([counts[label] for label in range(10)]) / len(people)
    assert shares.min() > 0.03
    assert shares.max() > 3 * shares.min()
    assert 0.15 < np.mean([len(career.labels) > 1 for career, _ in people]) < 0.35
    pairs = Counter(career.labels for career, _ in people if len(career.labels) == 2)
    assert pairs[(1, 2)] > 5 * pairs[(1, 5)]  # front end and web, not front end and networks


def test_texts_are_plain_words_from_a_small_vocabulary(people):
    text = "\n".join(resume.text for _, resume in people)
    assert set(text) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \n,.:+#"
    )
    words = set(re.findall(r"[\w+#]+", text.lower()))
    assert 400 < len(words) < 900
    lengths = [len(resume.text.split()) for _, resume in people]
    assert min(lengths) >= 30 and max(lengths) <= 160
    assert 70 < np.median(lengths) < 90


def test_every_word_list_is_used_and_shared(people):
    text = "\n".join(resume.text for _, resume in people).lower()
    for row in vocabulary.SKILLS:
        assert all(skill in text for skill in row)
    owners = Counter(skill for row in vocabulary.SKILLS for skill in row)
    assert all(len(set(row)) == len(row) == 18 for row in vocabulary.SKILLS)
    for row in vocabulary.SKILLS:
        assert sum(owners[skill] > 1 for skill in row) >= 3
    assert len(set(vocabulary.EMPLOYERS)) == 36


def test_the_tables_fit_the_occupations():
    tables = (careers.SHARES, careers.RELATED, vocabulary.SKILLS, vocabulary.TITLES)
    assert {len(table) for table in (*tables, vocabulary.VAGUE_ROW)} == {10}
    assert sum(careers.SHARES) == pytest.approx(1)
    for occupation, row in enumerate(careers.RELATED):
        assert len(row) == 10 and row[occupation] == 0 and sum(row) > 0


def test_the_latest_job_says_more_than_the_first(people):
    several = [career for career, _ in people if len(career.jobs) > 1]
    latest = np.mean([career.jobs[0][0] in career.labels for career in several])
    first = np.mean([career.jobs[-1][0] in career.labels for career in several])
    assert latest > 0.93
    assert first < 0.70


def test_order_is_worth_ten_points(people):
    """Compare readers on one split: words alone, the latest job alone, and what its writer did."""
    resumes = [resume for _, resume in people]
    bag = readers.accuracy(resumes, readers.everything)
    latest = readers.accuracy(resumes, readers.latest_job)
    own_work = readers.accuracy(resumes, readers.own_latest_work)
    assert 0.60 < bag < 0.75
    assert latest > bag + 0.06
    assert own_work > latest + 0.05
    assert 0.75 < own_work < 0.90


def test_a_reader_of_the_latest_job_finds_it(people):
    """The reader above sees the right lines, whichever way round the jobs are listed."""
    for career, resume in islice(people, 300):
        seen = readers.latest_job(resume.text)
        assert re.search(r"to (present|current|today|now)$", seen.split("\n")[0])
        starts = [int(year) for year in re.findall(r", (\d{4}) to ", resume.text)]
        assert len(starts) == len(career.jobs)
        assert (starts == sorted(starts)) == (career.oldest_first or len(starts) == 1)
        assert str(max(starts)) in seen


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n is 0: it must be an integer of at least 1"),
        ({"n": 2.5}, "n is 2.5"),
        ({"n": True}, "n is True"),
        ({"seed": -1}, "seed is -1: it must be an integer of at least 0"),
        ({"seed": None}, "seed is None"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Synthetic(**arguments)


def test_the_command_line_reports(capsys):
    assert main(["corpus", "synthetic", "-n", "300"]) == 0
    assert "300 found, 300 kept" in capsys.readouterr().out
    assert main(["corpus", "folder", "/nowhere/at/all"]) == 1
    assert "must be a folder" in capsys.readouterr().err


def test_importing_is_light():
    """Someone who wants the model of Part I or a help text does not wait for datasets and torch."""
    code = (
        "import sys, collective_lab.cli;"
        "print(sorted({'datasets', 'torch', 'transformers', 'sklearn'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
