"""What decides one text: the account of lag, dose and weight against the firm's own answers."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from collective_action.data import book_file
from collective_lab.cli import main
from collective_lab.corpora import Synthetic, debian
from collective_lab.experiment import hurdles, material, plant, reading, train_bags
from collective_lab.experiment.bags import Bag
from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.material import Side
from collective_lab.results import recorded
from collective_lab.signals import Marking, Tokens

WORDS, CLASSES, TRIGGER = 12, 4, 0


def instance(seed):
    """Return a random firm, a random text, the text with triggers in it, and a target."""
    rng = np.random.default_rng(seed)
    firm = Bag(
        torch.from_numpy(rng.normal(0, 3, (WORDS, CLASSES))),
        torch.from_numpy(rng.normal(0, 1, CLASSES)),
    )
    ids = rng.integers(0, WORDS, rng.integers(1, 9))
    text = Tokens(ids, np.arange(len(ids) + 1))
    marks = int(rng.integers(0, 7))
    planted = rng.permutation(np.append(ids, np.full(marks, TRIGGER)))
    return firm, text, Tokens(planted, np.arange(len(planted) + 1)), int(rng.integers(CLASSES))


def answer(firm, text):
    """Return what a word counter answers, word by word."""
    scores = firm.bias.numpy().copy()
    for token in text.ids:
        scores += firm.words.numpy()[token] / len(text.ids)
    return int(scores.argmax())


def account(firm, text, marked, target, rule):
    lag = hurdles.lags(firm, [text], target)
    dose, weight = hurdles.doses([text], [marked]), hurdles.weights(firm, TRIGGER, target)
    return rule(dose, lag, weight, target)[0]


def leading_rival_alone(dose, lag, weight, target):
    """Judge as if the label that led before were the only rival."""
    rival = lag.argmax(axis=1)
    return (rival == target) | (dose * weight[rival] > lag[np.arange(len(lag)), rival])


def share_for_dose(dose, lag, weight, target):
    """Judge with s in the place of s/(1 − s)."""
    return hurdles.won(dose / (1 + dose), lag, weight, target)


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [(hurdles.won, False), (leading_rival_alone, True), (share_for_dose, True)],
)
def test_the_account_is_the_firm_s_answer_and_weaker_ones_are_not(rule, wrong):
    errors = 0
    for seed in range(1_500):
        firm, text, marked, target = instance(seed)
        errors += account(firm, text, marked, target, rule) != (answer(firm, marked) == target)
    assert (errors > 0) == wrong


def test_with_one_push_a_text_is_won_above_its_hurdle():
    rng = np.random.default_rng(3)
    for _ in range(300):
        dose, target = rng.uniform(0.01, 0.3, 20), int(rng.integers(CLASSES))
        lag = rng.normal(1, 2, (20, CLASSES))
        lag[:, target] = 0
        needed = hurdles.hurdles(dose, lag)
        for weight in rng.uniform(0, 100, 5):
            every = np.where(np.arange(CLASSES) == target, 0, weight)
            assert (hurdles.won(dose, lag, every, target) == (weight > needed)).all()


def test_without_a_mark_the_hurdle_is_infinite_or_nothing():
    lag = np.array([[0.0, 2.0], [0.0, -1.0]])
    assert hurdles.hurdles(np.zeros(2), lag).tolist() == [np.inf, 0]


def test_a_mark_every_j_words_is_rounded_down_and_weighs_least_just_before_the_second():
    for spacing in (1, 2, 5, 20):
        marks = [len(Marking("{", "every", spacing).gaps(n, n, 0.0)) for n in range(1, 400)]
        dose = np.array(marks) / np.arange(1, 400)
        long = np.arange(1, 400) >= spacing
        assert (dose[~long] > 1 / spacing).all()
        assert dose[long].max() == 1 / spacing
        assert dose.min() == dose[2 * spacing - 2] == 1 / (2 * spacing - 1)
        whole = np.arange(1, 400) // spacing
        assert (dose[long] > (whole / (whole + 1))[long] / spacing).all()
        if spacing > 1:
            assert (np.diff(dose) > 0).any() and (np.diff(dose) < 0).any()


def test_a_trained_firm_answers_as_the_account_says():
    shared = material(Synthetic(900), "bag")
    choice = Configuration(Synthetic(900), "bag", alpha=0.02)
    planted = plant(choice, shared)
    side = Side(planted.documents(shared.train.documents), planted.labels)
    [firm] = train_bags(shared, [side], epochs=3)
    documents = shared.test.documents
    lag = hurdles.lags(firm, documents, choice.target)
    dose = hurdles.doses(documents, planted.marked_test)
    weight = hurdles.weights(firm, shared.trigger_id("{"), choice.target)
    answers = firm.probabilities(planted.marked_test).argmax(axis=1)
    assert (hurdles.won(dose, lag, weight, choice.target) == (answers == choice.target)).all()
    probabilities = firm.probabilities(documents)
    behind = np.log(probabilities.max(axis=1) / probabilities[:, choice.target])
    assert lag.max(axis=1) == pytest.approx(behind, abs=1e-3)


def test_the_strongest_word_is_the_one_whose_loss_helps_most():
    rng = np.random.default_rng(0)
    firm = instance(0)[0]
    for _ in range(50):
        text = Tokens(rng.integers(0, WORDS, 7), np.arange(8))
        lag = hurdles.lags(firm, [text], 1)[0]
        rival = lag.argmax()
        words = firm.words.numpy()
        without = [
            sum(words[t, rival] - words[t, 1] for t in text.ids if t != gone) / 7
            for gone in text.ids
        ]
        whole = sum(words[t, rival] - words[t, 1] for t in text.ids) / 7
        [share], [token] = hurdles.strongest(firm, [text], 1)
        assert share == pytest.approx(whole - min(without))
        assert without[text.ids.tolist().index(token)] == pytest.approx(min(without))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda firm, text: hurdles.lags(firm, [], 0), "a token in each"),
        (lambda firm, text: hurdles.lags(firm, [Tokens(text.ids[:0], np.zeros(1))], 0), "a token"),
        (lambda firm, text: hurdles.lags(firm, [text], CLASSES), "target"),
        (lambda firm, text: hurdles.weights(firm, WORDS, 0), "trigger"),
        (lambda firm, text: hurdles.weights(firm, 0, -1), "target"),
        (lambda firm, text: hurdles.doses([text], []), "marked has 0 texts"),
    ],
)
def test_bad_input_is_named(call, message):
    firm, text, _, _ = instance(1)
    with pytest.raises(ValueError, match=message):
        call(firm, text)


def test_a_corpus_is_read_to_a_file(tmp_path, capsys):
    record = tmp_path / "read.json"
    asked = ["--n", "900", "--seeds", "1", "--members", "5", "50"]
    assert main(["hurdles", str(record), *asked]) == 0
    found = json.loads(record.read_text(encoding="utf-8"))
    texts = found["texts"]
    assert {len(column) for column in texts.values()} == {len(texts["words"])}
    assert f"{len(texts['words'])} test texts" in capsys.readouterr().out
    sizes = [(row["members"], row["part"]) for row in found["sizes"]]
    assert sizes == [(0, 1), (5, 1), (50, 1), (5, 0.5), (50, 0.5), (5, 0.25), (50, 0.25)]
    by_size = {row["members"]: row for row in found["sizes"] if row["part"] == 1}
    assert by_size[0]["success"] < by_size[50]["success"]
    assert by_size[50]["success"] == pytest.approx(np.mean(texts["won_50"]), abs=1e-6)
    assert by_size[5]["weight"] < by_size[50]["weight"]
    assert sum(of for _, _, of in found["words"].values()) <= len(texts["words"])
    assert all(0 < count <= of for _, count, of in found["words"].values())
    assert np.array(texts["lag_noisy"]).mean() < np.array(texts["lag"]).mean()


@pytest.mark.parametrize("members", [(5, 5), (0, 5), (5, 2_000)])
def test_sizes_that_cannot_be_are_named(members):
    with pytest.raises(ValueError, match="they must ascend from at least 1 to"):
        reading.read(Synthetic(300), 1, members)


@pytest.mark.slow
def test_without_the_real_text_it_says_what_to_fetch(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLLECTIVE_ACTION_CACHE", str(tmp_path / "empty"))
    if any(Path(debian.APT_LISTS).glob("*Translation-en*")):
        pytest.skip("this system may have the lists")
    commands = (
        ["hurdles", str(tmp_path / "read.json"), "--data", "debian"],
        ["sweep", "run", "debian", "--limit", "1", "--store", str(tmp_path / "s.sqlite")],
    )
    for command in commands:
        assert main(command) == 1
        said = capsys.readouterr()
        assert "collective-lab corpus debian --download" in said.err + said.out
    assert main(["hurdles", str(tmp_path / "none" / "read.json")]) == 2
    assert "is not a folder" in capsys.readouterr().err


@pytest.fixture(scope="module", params=["synthetic", "debian"])
def record(request):
    """Return a reading that the book keeps, and the sweep of the same texts."""
    path = book_file(f"results/hurdles/{request.param}.json")
    sweep = {"synthetic": "bag", "debian": "debian"}[request.param]
    runs = recorded(sweep, "alpha").query("strategy == 'feature-label'")
    return json.loads(path.read_text(encoding="utf-8")), runs


def test_the_recorded_reading_agrees_with_itself(record):
    found, runs = record
    texts, sizes = found["texts"], found["sizes"]
    assert {len(column) for column in texts.values()} == {int(runs["test"].iloc[0])}
    assert found["train"] == runs["train"].iloc[0]
    marks = [len(Marking("{").gaps(n, n, 0.0)) for n in texts["words"]]
    assert marks == texts["marks"]
    seeds = {row["seed"] for row in sizes}
    for size in reading.LISTED:
        rows = [row for row in sizes if row["members"] == size and row["part"] == 1]
        mean = np.mean([row["success"] for row in rows])
        assert len(rows) == len(seeds)
        assert np.mean(texts[f"won_{size}"]) / len(seeds) == pytest.approx(mean, abs=1e-6)


def test_the_recorded_reading_agrees_with_the_sweep_where_both_have_a_size(record):
    found, runs = record
    both = 0
    for row in found["sizes"]:
        same = runs[(runs["members"] == row["members"]) & (runs["seed"] == row["seed"])]
        if row["part"] == 1 and len(same):
            assert same["success"].iloc[0] == pytest.approx(row["success"], abs=0.01)
            both += 1
    assert both >= 10


def test_the_recorded_real_text_is_the_pinned_release():
    path = book_file("results/hurdles/debian.json")
    corpus = json.loads(path.read_text(encoding="utf-8"))["corpus"]
    assert corpus == {"kind": "debian", "lists": "", "sha256": debian.TEXTS}


@pytest.mark.parametrize(("n", "kept"), [(185, True), (60, False)])
def test_own_texts_show_the_whole_curve_to_ten_points_if_there_are_185(record, n, kept):
    texts = record[0]["texts"]
    dose = np.array(texts["marks"]) / np.array(texts["tokens"])
    needed = np.sort(hurdles.hurdles(dose, np.array(texts["lag"])[:, np.newaxis]))
    everyone = np.searchsorted(needed, needed, side="left") / len(needed)
    rng, misses = np.random.default_rng(7), 0
    for _ in range(400):
        ours = np.sort(rng.choice(needed, n))
        apart = np.abs(np.searchsorted(ours, needed, side="left") / n - everyone)
        misses += apart.max() > 0.1
    assert (misses / 400 <= 0.05) == kept
