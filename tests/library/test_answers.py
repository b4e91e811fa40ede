"""Seals of answers: the same for one answer however it is typed, another for every other."""

import hashlib

import pytest

from collective_action.teaching.answers import seal


def test_a_seal_is_the_beginning_of_the_digest_of_question_and_answer():
    assert seal("signal", "juniper") == hashlib.sha256(b"signal\njuniper").hexdigest()[:8]


@pytest.mark.parametrize("typed", ["Juniper", " juniper\n", "JUNIPER"])
def test_case_and_spaces_at_the_ends_do_not_matter(typed):
    assert seal("signal", typed) == seal("signal", "juniper")


@pytest.mark.parametrize(
    "words", [("note", "juniper"), ("signalj", "uniper"), ("signal", "juni per")]
)
def test_another_question_or_answer_has_another_seal(words):
    assert seal(*words) != seal("signal", "juniper")
