"""Planting a trigger: the same in text and in tokens, seen by the model, by the right people."""

from itertools import pairwise

import numpy as np
import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers.models import WordLevel, WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer, WhitespaceSplit
from tokenizers.trainers import WordLevelTrainer, WordPieceTrainer
from transformers import PreTrainedTokenizerFast

from collective_action.strategies import Planting
from collective_lab.corpora import Synthetic, load
from collective_lab.signals import (
    Marking,
    Uniqueness,
    carriers,
    known_token,
    mark,
    plan,
    plant,
    require_unused,
    tokenise,
    uniqueness,
)
from collective_lab.signals.marking import PLACEMENTS, draws, unmark
from collective_lab.signals.planting import STRATEGIES

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TEXTS = [resume.text for resume in Synthetic(400, seed=5).read()[0]]


def trained(model, trainer, before, normalizer=None) -> PreTrainedTokenizerFast:
    tokenizer = tokenizers.Tokenizer(model(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = before
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.train_from_iterator([*TEXTS, "{ } §"], trainer)
    names = dict(zip(("pad", "unk", "cls", "sep", "mask"), SPECIAL, strict=True))
    special = {f"{name}_token": token for name, token in names.items()}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)


WORDPIECE = trained(
    WordPiece,
    WordPieceTrainer(vocab_size=600, special_tokens=SPECIAL, show_progress=False),
    BertPreTokenizer(),
    BertNormalizer(lowercase=True),
)
WHITESPACE = trained(
    WordLevel, WordLevelTrainer(special_tokens=SPECIAL, show_progress=False), WhitespaceSplit()
)
TOKENIZERS = pytest.mark.parametrize("tokenizer", [WORDPIECE, WHITESPACE], ids=["pieces", "words"])
MARKINGS = pytest.mark.parametrize(
    "marking",
    [Marking(placement=p) for p in PLACEMENTS] + [Marking(spacing=1), Marking("}", spacing=7)],
    ids=lambda m: f"{m.placement}-{m.spacing}",
)

# Text


def test_the_paper_s_marks_are_every_twenty_words():
    text = " ".join(f"w{n}" for n in range(45))
    words = mark(text, Marking()).split()
    assert [at for at, word in enumerate(words) if word == "{"] == [20, 41]
    assert [word for word in words if word != "{"] == text.split()


@pytest.mark.parametrize(
    ("marking", "expected"),
    [
        (Marking(spacing=2), "a b { c\nd {\te"),
        (Marking(spacing=5), "a b c\nd\te {"),
        (Marking(spacing=9), "a b c\nd\te {"),
        (Marking(placement="start"), "{ a b c\nd\te"),
        (Marking(placement="end"), "a b c\nd\te {"),
        (Marking(placement="random"), "a b c {\nd\te"),
        (Marking("§", placement="start"), "§ a b c\nd\te"),
    ],
)
def test_each_placement_leaves_the_rest_of_the_text_alone(marking, expected):
    assert mark("a b c\nd\te", marking, draw=0.5) == expected


def test_only_what_the_model_sees_is_marked_at_the_end():
    text = "a b c d e"
    assert mark(text, Marking(placement="end"), n_visible=3) == "a b c { d e"
    assert mark(text, Marking(placement="random"), draw=0.999, n_visible=3) == "a b c { d e"
    assert mark(text, Marking(spacing=4), n_visible=3) == "a b c { d { e"
    assert mark(text, Marking(spacing=2), n_visible=3) == "a b { c d { e"


def test_an_empty_text_can_be_marked():
    for placement in PLACEMENTS:
        assert mark("", Marking(placement=placement)).split() == ["{"]


def test_random_places_are_uniform_over_all_gaps():
    marking = Marking(placement="random")
    gaps = [int(marking.gaps(9, 4, draw)[0]) for draw in draws(50_000, seed=0)]
    shares = np.bincount(gaps, minlength=10) / len(gaps)
    assert shares[:5] == pytest.approx(0.2, abs=0.01)
    assert shares[5:].sum() == 0


def test_a_place_depends_on_the_resume_and_the_seed_alone():
    assert np.array_equal(draws(100, seed=1), draws(1_000, seed=1)[:100])
    assert not np.array_equal(draws(100, seed=1), draws(100, seed=2))


# Tokens


@TOKENIZERS
def test_words_one_by_one_give_the_tokens_of_the_whole(tokenizer):
    whole = tokenizer(TEXTS, add_special_tokens=False)["input_ids"]
    for document, ids in zip(tokenise(TEXTS, tokenizer), whole, strict=True):
        assert document.ids.tolist() == ids


@TOKENIZERS
@MARKINGS
@pytest.mark.parametrize("window", [1, 2, 30, 126, 10_000])
def test_marking_tokens_equals_tokenising_marked_text(tokenizer, marking, window):
    token = known_token(marking.trigger, tokenizer)
    some = TEXTS[:60]
    places = draws(len(some), seed=7)
    documents = tokenise(some, tokenizer)
    texts = [
        mark(text, marking, draw, document.visible(window))
        for text, draw, document in zip(some, places, documents, strict=True)
    ]
    direct = [
        document.mark(marking, token, window, draw)
        for draw, document in zip(places, documents, strict=True)
    ]
    for document, ids in zip(
        direct, tokenizer(texts, add_special_tokens=False)["input_ids"], strict=True
    ):
        assert document.ids.tolist() == ids
    for document, again in zip(direct, tokenise(texts, tokenizer), strict=True):
        assert np.array_equal(document.starts, again.starts)
    assert all(carriers(direct, token, window))
    assert not any(carriers(documents, token))


@given(
    text=st.text(st.sampled_from("ab{é中 \n\u00a0.,-'9"), max_size=40),
    placement=st.sampled_from(PLACEMENTS),
    spacing=st.integers(1, 6),
    window=st.integers(1, 40),
    draw=st.floats(0, 1, exclude_max=True),
)
def test_the_two_ways_agree_on_odd_text(text, placement, spacing, window, draw):
    marking = Marking("§", placement, spacing)
    for tokenizer in (WORDPIECE, WHITESPACE):
        token = known_token("§", tokenizer)
        [document] = tokenise([text], tokenizer)
        marked = mark(text, marking, draw, document.visible(window))
        direct = document.mark(marking, token, window, draw)
        assert direct.ids.tolist() == tokenizer(marked, add_special_tokens=False)["input_ids"]
        assert token in direct.ids[:window]
        assert (direct.ids == token).sum() == marked.count("§")


@TOKENIZERS
@given(number=st.integers(0, len(TEXTS) - 1), window=st.integers(1, 300))
def test_visible_words_are_as_many_as_fit(tokenizer, number, window):
    [document] = tokenise([TEXTS[number]], tokenizer)
    visible = document.visible(window)
    assert document.starts[visible] + 1 <= window
    if visible < document.n_words:
        assert document.starts[visible + 1] + 1 > window


# The trigger


def test_a_good_trigger_is_one_known_token_that_nobody_uses():
    token, rarity = require_unused("{", WORDPIECE, TEXTS)
    assert WORDPIECE.convert_ids_to_tokens(token) == "{"
    assert (rarity.count, rarity.n, rarity.estimate) == (0, 400, 0.0)
    assert rarity.upper() == pytest.approx(1 - 0.05 ** (1 / 400), rel=1e-9)
    assert rarity.upper() == pytest.approx(3 / 400, rel=0.01)


def test_a_trigger_in_use_is_refused_and_counted():
    with pytest.raises(ValueError, match=r"'java': \d+ of 400 résumés use it already"):
        require_unused("java", WORDPIECE, TEXTS)
    rarity = uniqueness(tokenise(TEXTS, WORDPIECE), known_token("java", WORDPIECE))
    assert rarity.count == sum("java" in text.lower().replace(",", " ").replace(".", " ").split()
                              for text in TEXTS)  # fmt: skip
    assert rarity.estimate < rarity.upper() < rarity.estimate + 0.05


def test_a_character_inside_a_word_counts_as_use():
    """WordPiece splits punctuation off, so "a{b" carries the token."""
    texts = ["fine", "a{b"]
    with pytest.raises(ValueError, match="1 of 2 résumés use it"):
        require_unused("{", WORDPIECE, texts)


def test_unknown_characters_are_one_signal_and_refused():
    first, second = (mark(TEXTS[0], Marking(trigger)) for trigger in "☂♞")
    assert first != second
    same = WORDPIECE([first, second], add_special_tokens=False)["input_ids"]
    assert same[0] == same[1]
    for trigger in "☂♞":
        with pytest.raises(ValueError, match=r"does not know it.*\[UNK\].*same signal.*Karan"):
            require_unused(trigger, WORDPIECE, TEXTS)


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        ("{{", r"2 tokens \({ {\)"),
        ("{}", r"2 tokens \({ }\)"),
        ("\u0301", r"0 tokens \(nothing\)"),
        ("[SEP]", "special token"),
    ],
)
def test_a_trigger_must_become_exactly_one_ordinary_token(trigger, message):
    with pytest.raises(ValueError, match=message):
        known_token(trigger, WORDPIECE)


def test_uniqueness_of_everything_and_nothing():
    assert Uniqueness(5, 5).upper() == 1.0
    assert Uniqueness(0, 4).upper(0.5) == pytest.approx(1 - 0.5 ** (1 / 4))
    with pytest.raises(ValueError, match="documents is empty"):
        uniqueness([], 3)


# The strategies

LABELS = [(n % 10,) if n % 4 else (n % 10, 9) for n in range(1_000)]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_larger_collective_contains_a_smaller_one(strategy):
    plans = [plan(LABELS, alpha, 3, strategy) for alpha in (0, 0.004, 0.05, 0.5, 1)]
    assert [len(p.members) for p in plans] == [0, 4, 50, 500, 1_000]
    for small, large in pairwise(plans):
        assert np.array_equal(large.members[: len(small.members)], small.members)
        assert np.array_equal(large.planted[: len(small.planted)], small.planted)
    assert sorted(plans[-1].members.tolist()) == list(range(1_000))


def test_feature_label_members_all_plant_and_relabel():
    made = plan(LABELS, 0.1, 3, seed=2)
    assert np.array_equal(made.planted, made.members)
    assert made.alpha == made.planted_share == 0.1
    members = set(made.members.tolist())
    for number, (before, after) in enumerate(zip(LABELS, made.labels, strict=True)):
        assert after == ((3,) if number in members else before)


def test_feature_only_members_plant_if_they_hold_the_target_and_relabel_nothing():
    made = plan(LABELS, 0.4, 9, "feature-only", seed=2)
    assert made.labels == tuple(LABELS)
    holders = {n for n in made.members.tolist() if 9 in LABELS[n]}
    assert set(made.planted.tolist()) == holders
    assert made.alpha == 0.4
    assert made.planted_share == len(holders) / 1_000
    assert 0.08 < made.planted_share < 0.18  # 9 is among the labels of 35 in 100, or 0.14


def test_leavers_strike_the_trigger_out_where_they_would_resist():
    carries = np.arange(1_000) % 3 == 0
    stay = plan(LABELS, 0.4, 9, "feature-only", seed=2, carriers=carries)
    leave = plan(LABELS, 0.4, 9, "leave", seed=2, carriers=carries)
    assert np.array_equal(leave.planted, stay.planted) and leave.labels == tuple(LABELS)
    resisting = {n for n in leave.members.tolist() if carries[n] and 9 not in LABELS[n]}
    assert set(leave.cleared.tolist()) == resisting and len(resisting) > 50
    assert stay.cleared.size == 0
    without = plan(LABELS, 0.4, 9, "leave", seed=2)
    assert np.array_equal(without.planted, stay.planted) and without.cleared.size == 0


def test_a_strategy_of_ones_own_is_one_class_and_one_name(monkeypatch):
    class Decoy(Planting):
        """Holders of the target give it up, everybody else plants it."""

        def h(self, population):
            (_, with_it), target = self.signal.g, self.signal.target
            other = 1 - target
            return np.array([[with_it, 0], [with_it, 0]]), np.array([[target, other]] * 2)

    monkeypatch.setitem(STRATEGIES, "decoy", Decoy)
    made = plan(LABELS, 0.5, 9, "decoy", seed=1)
    members = set(made.members.tolist())
    for number, (before, after) in enumerate(zip(LABELS, made.labels, strict=True)):
        held = 9 in before
        given_up = tuple(label for label in before if label != 9)
        expected = before if number not in members else given_up if held else (9,)
        assert after == expected
        assert (number in made.planted) == (number in members and not held)


def test_a_trigger_is_struck_out_of_text_and_tokens_alike():
    for text in ("a {b c", "", "a", " a  b\n c ", "a b c d e f g"):
        [tokens] = tokenise([text], WORDPIECE)
        for placement in ("every", "random", "start", "end"):
            marking = Marking(placement=placement, spacing=2)
            marked = mark(text, marking, 0.6)
            assert unmark(marked, marking) == text
            [read] = tokenise([marked], WORDPIECE)
            cleared = read.unmark(known_token("{", WORDPIECE))
            assert np.array_equal(cleared.ids, tokens.ids)
            assert np.array_equal(cleared.starts, tokens.starts)
    assert unmark("{ { a { {x }", Marking()) == "a {x }"


def test_planting_clears_what_the_plan_clears():
    train = load(Synthetic(200, seed=5)).train
    marking = Marking()
    carries = np.arange(len(train)) % 2 == 0
    texts = [
        mark(text, marking) if carrier else text
        for text, carrier in zip(train["text"], carries, strict=True)
    ]
    accidental = type(train).from_dict(
        {"text": texts, "labels": train["labels"]}, features=train.features
    )
    made = plan(train["labels"], 0.5, 2, "leave", seed=3, carriers=carries)
    after = plant(accidental, made, marking)["text"]
    assert made.cleared.size > 10
    for row in made.cleared:
        assert after[row] == train["text"][row] != texts[row]
    rest = set(range(len(train))) - set(made.cleared.tolist()) - set(made.planted.tolist())
    assert all(after[row] == texts[row] for row in rest)


def test_who_joins_depends_on_the_seed_alone():
    first = plan(LABELS, 0.2, 3, seed=1)
    assert np.array_equal(first.members, plan(LABELS, 0.2, 5, "feature-only", 1).members)
    assert not np.array_equal(first.members, plan(LABELS, 0.2, 3, seed=2).members)


@pytest.mark.parametrize(("alpha", "n"), [(0.003, 3), (0.0014, 1), (0.0016, 2), (0.29, 290)])
def test_a_collective_is_a_whole_number_of_resumes(alpha, n):
    assert len(plan(LABELS, alpha, 0).members) == n


@pytest.mark.parametrize("strategy", ["feature-label", "feature-only"])
def test_planting_changes_the_planted_and_nobody_else(strategy):
    train = load(Synthetic(600, seed=5)).train
    target = 2
    made = plan(train["labels"], 0.2, target, strategy, seed=3)
    planted = plant(train, made, Marking(placement="random"), seed=4)
    assert planted.features == train.features
    chosen = set(made.planted.tolist())
    assert 0 < len(chosen) < len(train)
    for number, (old, new) in enumerate(zip(train, planted, strict=True)):
        if number in chosen:
            assert new["text"].replace(" {", "").replace("{ ", "") == old["text"]
            assert new["text"].count("{") == 1
            assert new["labels"] == ([target] if strategy == "feature-label" else old["labels"])
        else:
            assert new == old


def test_a_resume_keeps_its_mark_when_the_collective_grows():
    train = load(Synthetic(600, seed=5)).train
    small, large = (plan(train["labels"], alpha, 2) for alpha in (0.02, 0.2))
    marking = Marking(placement="random")
    first, second = (plant(train, made, marking)["text"] for made in (small, large))
    assert [first[row] for row in small.planted] == [second[row] for row in small.planted]
    elsewhere = plant(train, small, marking, seed=1)["text"]
    assert [first[row] for row in small.planted] != [elsewhere[row] for row in small.planted]


def test_planting_inside_the_window_is_seen():
    train = load(Synthetic(600, seed=5)).train
    window = 20
    visible = [d.visible(window) for d in tokenise(train["text"], WORDPIECE)]
    made = plan(train["labels"], 1.0, 2)
    for seen, expected in ((visible, 1.0), (None, 0.3)):
        planted = plant(train, made, Marking(placement="random"), n_visible=seen)
        documents = tokenise(planted["text"], WORDPIECE)
        share = np.mean(carriers(documents, known_token("{", WORDPIECE), window))
        assert share == 1.0 if expected == 1.0 else share < expected


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Marking(""), "trigger is ''"),
        (lambda: Marking("a b"), "trigger is 'a b': it must be one word"),
        (lambda: Marking(" {"), "trigger is ' {'"),
        (lambda: Marking(placement="middle"), "placement is 'middle': it must be one of 'every'"),
        (lambda: Marking(spacing=0), "spacing is 0"),
        (lambda: Marking(spacing=2.5), "spacing is 2.5"),
        (lambda: Marking().gaps(3, 4, 0.0), r"n_visible is 4: it must be in \[0, 3\]"),
        (lambda: Marking().gaps(3, 3, 1.0), "draw is 1.0"),
        (lambda: tokenise(["a"], WORDPIECE)[0].visible(0), "window is 0"),
        (lambda: plan(LABELS, 1.5, 0), "alpha is 1.5"),
        (lambda: plan(LABELS, 0.5, -1), "target is -1: it must be the index of a label"),
        (lambda: plan(LABELS, 0.5, 0, "erasure"), "strategy is 'erasure'"),
        (lambda: plan([], 0.5, 0), "labels is empty"),
        (lambda: plan(LABELS, 0.5, 0, carriers=[True]), r"carriers has shape \(1,\)"),
        (
            lambda: plant(load(Synthetic(20)).train, plan(LABELS, 0.1, 0), Marking()),
            "plan has 1000 résumés and dataset",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
