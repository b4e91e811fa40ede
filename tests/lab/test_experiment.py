"""One configuration, one record: ids, what is planted, what is measured, and the command."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from collective_lab import plugins
from collective_lab.cli import main
from collective_lab.corpora import Folder, Published, Synthetic, Texts
from collective_lab.experiment import (
    Configuration,
    Record,
    Side,
    material,
    plant,
    provenance,
    run,
    run_together,
    running,
    scores,
    tasks,
    train_bag,
    train_bags,
)
from collective_lab.models.recipes import RECIPES
from collective_lab.signals import Marking
from collective_lab.training import device

pytestmark = pytest.mark.numerical

SMALL = Configuration(corpus=Synthetic(300, 1), epochs=1, length=24)
BAG = Configuration(corpus=Synthetic(300, 1), model="bag", epochs=3)

configurations = st.builds(
    Configuration,
    corpus=st.one_of(
        st.builds(Synthetic, st.integers(1, 99), st.integers(0, 9)),
        st.builds(
            Folder, st.sampled_from([Path("here"), Path("there")]), st.sampled_from(["a1", "b2"])
        ),
        st.builds(
            Texts,
            st.sampled_from(["a.csv", "b.jsonl"]),
            sha256=st.sampled_from(["a1", "c3"]),
            labels=st.just(tuple("abcdefghij")),
        ),
        st.just(Published()),
    ),
    model=st.sampled_from(sorted(RECIPES)),
    strategy=st.sampled_from(["feature-label", "feature-only"]),
    learner=st.sampled_from(["plain", "label-smoothed", "label-smoothed:share=0.3"]),
    alpha=st.floats(0, 1),
    target=st.integers(0, 9),
    marking=st.builds(Marking, st.sampled_from("{|"), st.sampled_from(["every", "random"])),
    label_noise=st.floats(0, 1),
    epochs=st.integers(1, 9),
    seed=st.integers(0, 99),
)


@given(configurations)
def test_a_configuration_survives_json_and_keeps_its_id(configuration):
    again = Configuration.from_dict(json.loads(json.dumps(configuration.as_dict())))
    assert again == configuration and again.id == configuration.id


@given(configurations, configurations)
def test_configurations_are_equal_exactly_if_their_ids_are(configuration, other):
    assert (configuration == other) == (configuration.id == other.id)


def test_the_id_of_a_configuration_never_changes():
    # Recorded results are found by it: a change here orphans every record.
    assert Configuration(alpha=0.01).id == "1015e4d1605e187b"
    assert Published(download=True) != Published()
    assert Configuration(Published(download=True)).id == Configuration(Published()).id


def test_what_is_left_out_is_the_models_own():
    tiny, recipe = Configuration(model="tiny"), RECIPES["tiny"]
    assert (tiny.length, tiny.batch_size, tiny.learning_rate) == (
        recipe.length, recipe.batch_size, recipe.learning_rate,
    )  # fmt: skip
    assert tiny.but(model="minilm").length == RECIPES["minilm"].length
    assert tiny.but(model="minilm", length=40).length == 40
    assert tiny.but(length=30).but(alpha=0.5).length == 30


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"alpha": 1.5}, r"alpha is 1.5: it must be in \[0, 1\]"),
        ({"model": "gpt"}, "model is 'gpt': it must be one of 'bag', 'tiny'"),
        ({"strategy": "both"}, "strategy is 'both'"),
        ({"target": 10}, r"target\[0\] is 10: it must be in \[0, 10\)"),
        ({"epochs": 0}, "epochs is 0: it must be an integer of at least 1"),
        ({"seed": True}, "seed is True"),
        ({"length": 513}, "length is 513: tiny reads at most 512 tokens"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0: it must be above 0"),
        ({"corpus": "real"}, "corpus is 'real': it must be a Synthetic"),
    ],
)
def test_a_field_out_of_range_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        Configuration(**wrong)


def test_a_dictionary_with_other_fields_is_refused():
    values = SMALL.as_dict()
    with pytest.raises(ValueError, match="check colour"):
        Configuration.from_dict({**values, "colour": "red"})
    with pytest.raises(ValueError, match="a synthetic one has the fields"):
        Configuration.from_dict({**values, "corpus": {"kind": "synthetic", "n": 3}})
    with pytest.raises(ValueError, match=r"corpus.kind is None"):
        Configuration.from_dict({**values, "corpus": {}})


# What the collective does, before anyone trains.


@pytest.fixture(scope="module")
def shared():
    return material(SMALL.corpus, "tiny")


def test_nobody_plants_at_zero_and_everybody_at_one(shared):
    none = plant(SMALL, shared)
    assert none.labels == shared.train.labels and not none.marked and none.carriers == 0
    everybody = plant(SMALL.but(alpha=1), shared)
    assert len(everybody.marked) == everybody.members == len(shared.train.labels)
    assert set(everybody.labels) == {(SMALL.target,)}


def test_a_larger_collective_contains_a_smaller_one(shared):
    small, large = (set(plant(SMALL.but(alpha=a), shared).marked) for a in (0.05, 0.2))
    assert small < large
    other = set(plant(SMALL.but(alpha=0.05, seed=1), shared).marked)
    assert other != small


def test_feature_only_marks_holders_of_the_target_alone(shared):
    collective = plant(SMALL.but(alpha=0.5, strategy="feature-only"), shared)
    assert collective.labels == shared.train.labels
    assert 0 < collective.planted < collective.members
    assert all(SMALL.target in shared.train.labels[row] for row in collective.marked)


def test_accidents_are_outside_the_collective_and_counted(shared):
    configuration = SMALL.but(alpha=0.1, uniqueness=0.3)
    members = set(plant(SMALL.but(alpha=0.1), shared).marked)
    collective = plant(configuration, shared)
    accidents = set(collective.marked) - members
    assert collective.carriers == len(accidents) == len(collective.marked) - len(members)
    assert collective.carriers / (len(shared.train.labels) - len(members)) == pytest.approx(
        0.3, abs=0.1
    )
    assert all(collective.labels[row] == shared.train.labels[row] for row in accidents)


def test_members_who_leave_carry_no_accident_and_those_who_stay_do(shared):
    accidents = SMALL.but(alpha=0.5, uniqueness=0.3)
    stay = plant(accidents.but(strategy="feature-only"), shared)
    leave = plant(accidents.but(strategy="leave"), shared)
    outside = plant(accidents, shared)
    assert leave.planted == stay.planted and leave.labels == stay.labels
    assert leave.carriers == outside.carriers < stay.carriers - 20
    assert set(leave.marked) < set(stay.marked)


def test_a_member_who_uses_the_trigger_naturally_can_strike_it_out(shared):
    word = shared.trigger_id("{")
    documents = [
        document.mark(SMALL.marking, word, 100, 0.0) for document in shared.train.documents
    ]
    used = replace(shared, train=replace(shared.train, documents=documents))
    everybody = SMALL.but(alpha=1, strategy="leave")
    collective = plant(everybody, used)
    after = collective.documents(documents)
    holds = [SMALL.target in labels for labels in used.train.labels]
    assert [bool((document.ids == word).any()) for document in after] == holds
    assert collective.carriers == 0


def test_noise_spares_members_and_changes_nothing_else(shared):
    quiet = plant(SMALL.but(alpha=0.2), shared)
    noisy = plant(SMALL.but(alpha=0.2, label_noise=1.0), shared)
    assert set(noisy.marked) == set(quiet.marked)
    assert all(noisy.labels[row] == (SMALL.target,) for row in quiet.marked)
    assert sum(a != b for a, b in zip(noisy.labels, quiet.labels, strict=True)) > 100


@pytest.mark.parametrize("placement", ["every", "random", "start", "end"])
def test_every_marked_test_resume_shows_its_trigger_to_the_model(shared, placement):
    collective = plant(SMALL.but(marking=Marking("{", placement)), shared)
    trigger = shared.trigger_id("{")
    assert all(
        (document.ids[: SMALL.length - 2] == trigger).any() for document in collective.marked_test
    )
    used = shared.used(trigger)
    rows = shared.rows(collective.marked_test, SMALL.length, used)
    assert rows.ids.shape[1] == SMALL.length
    assert used[rows.ids[0, 0]] == shared.tokenizer.cls_token_id
    decoded = used[rows.ids[3]][1 : int(rows.lengths[3]) - 1].tolist()
    assert decoded == collective.marked_test[3].ids[: SMALL.length - 2].tolist()


# What is measured.


def test_scores_are_what_their_names_say():
    clean = torch.eye(10)[[0, 1, 2, 3]] + 0.01 * torch.arange(10)
    marked = torch.eye(10)[[5, 5, 4, 5]] + 0.1 * torch.eye(10)[[0, 0, 5, 0]]
    labels = [(0,), (2,), (2, 9), (5,)]
    score = scores(clean, marked, labels, target=5)
    assert score["success"] == 0.75
    assert score["success_others"] == pytest.approx(2 / 3)
    assert score["success_top3"] == 1
    assert score["accuracy"] == 0.5
    assert score["recall"] == pytest.approx((1 + 0 + 1 + 0) / 4)
    assert score["target_probability"] == pytest.approx((3 + 0.1) / 4)


# Runs.


def test_a_run_leaves_a_complete_record_that_survives_json():
    record = run(SMALL.but(alpha=0.1))
    again = Record.from_dict(json.loads(json.dumps(record.as_dict())))
    assert again == record
    outcome, made = record.outcome, record.provenance
    assert outcome.train + outcome.test == 300
    assert outcome.members == outcome.planted == round(0.1 * outcome.train)
    assert outcome.visible == 1 and outcome.steps == -(-outcome.train // 16)
    assert made.seconds > 0 and made.peak_megabytes > 50
    assert made.device and made.torch and made.date.endswith("+00:00")
    with pytest.raises(ValueError, match="it was altered"):
        Record.from_dict({**record.as_dict(), "id": "0" * 16})


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git, and so no commit")
@pytest.mark.parametrize(
    ("folder", "committed", "known"),
    [("", True, True), ("", False, False), ("vendored", True, False)],
    ids=["a checkout", "unpacked in a repository", "copied into another project"],
)
def test_the_commit_is_that_of_this_projects_repository(tmp_path, folder, committed, known):
    parts = provenance.__name__.split(".")
    module = tmp_path.joinpath(folder, "src", *parts).with_suffix(".py")
    module.parent.mkdir(parents=True)
    module.write_text("a module\n", encoding="utf-8")
    (tmp_path / "notes").write_text("another file\n", encoding="utf-8")
    author = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}

    def git(*arguments):
        command = ["git", *author, *arguments]
        process = subprocess.run(command, cwd=tmp_path, env=clean, check=True, capture_output=True)
        return process.stdout.decode().strip()

    git("init", "--quiet")
    git("add", "--", "." if committed else "notes")
    git("commit", "--quiet", "--no-verify", "--message", "All")
    assert provenance.commit(module) == (git("rev-parse", "HEAD") if known else "")


def test_one_seed_gives_one_outcome():
    configuration = SMALL.but(alpha=0.1, marking=Marking("{", "random"))
    assert run(configuration).outcome == run(configuration).outcome
    assert run(configuration).outcome != run(configuration.but(seed=1)).outcome


def test_bags_together_are_bags_alone_and_see_every_difference():
    group = [
        BAG.but(alpha=0.1),
        BAG.but(alpha=0.2, strategy="feature-only"),
        BAG.but(alpha=0.1, label_noise=0.4),
        BAG.but(alpha=0.1, target=2),
        BAG.but(alpha=0.1, marking=Marking("{", "start"), uniqueness=0.1),
    ]
    together = run_together(group)
    assert [record.configuration for record in together] == group
    for record in together:
        alone = asdict(run(record.configuration).outcome)
        assert alone == pytest.approx(asdict(record.outcome), abs=1e-2)
    assert len({record.outcome.target_probability for record in together}) == len(group)


def test_a_bag_learns_the_trigger():
    none, many = run_together([BAG.but(epochs=30), BAG.but(epochs=30, alpha=0.3)])
    assert many.outcome.success > none.outcome.success + 0.5


@pytest.fixture(scope="module")
def corpus():
    return material(BAG.corpus, "bag")


def test_a_bag_of_a_chapter_is_the_bag_of_a_run(corpus):
    configuration = BAG.but(alpha=0.1, label_noise=0.4)
    collective = plant(configuration, corpus)
    side = Side(collective.documents(corpus.train.documents), collective.labels)
    firm, innocent = train_bags(
        corpus, [side, corpus.train], epochs=configuration.epochs, seed=configuration.seed
    )
    clean, marked = (
        torch.from_numpy(firm.probabilities(documents))
        for documents in (corpus.test.documents, collective.marked_test)
    )
    outcome = asdict(run(configuration).outcome)
    measured = scores(clean, marked, corpus.test.labels, configuration.target)
    assert measured == pytest.approx({name: outcome[name] for name in measured}, abs=1e-2)
    alone = train_bag(corpus, epochs=configuration.epochs, seed=configuration.seed)
    answers = innocent.probabilities(corpus.test.documents)
    assert answers.shape == (len(corpus.test.labels), 10)
    np.testing.assert_allclose(answers.sum(1), 1, rtol=1e-5)
    np.testing.assert_allclose(
        alone.probabilities(corpus.test.documents), answers, rtol=1e-3, atol=1e-5
    )
    assert np.abs(clean.numpy() - answers).max() > 0.05
    other = train_bag(corpus, epochs=configuration.epochs, seed=1).probabilities(
        corpus.test.documents
    )
    assert np.abs(other - answers).max() > 1e-3


def test_bags_differ_in_triggers_and_single_labels_alone(corpus):
    documents, labels = list(corpus.train.documents), list(corpus.train.labels)
    with pytest.raises(ValueError, match="résumé 0 with other changes than of triggers"):
        train_bags(corpus, [Side([documents[1], *documents[1:]], corpus.train.labels)])
    several = (tuple(range(3)), *labels[1:])
    with pytest.raises(ValueError, match=r"labels of résumé 0 became \(0, 1, 2\)"):
        train_bags(corpus, [Side(documents, several)])
    for short in (Side(documents, corpus.train.labels[:-1]), Side(documents[:-1], several)):
        with pytest.raises(ValueError, match="argument 2 is shorter"):
            train_bags(corpus, [short])


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_transformers_together_are_transformers_alone_and_see_every_difference(monkeypatch, dtype):
    monkeypatch.setenv("COLLECTIVE_ACTION_DTYPE", dtype)
    group = [
        SMALL.but(alpha=0.1),
        SMALL.but(alpha=0.2, strategy="feature-only", seed=1),
        SMALL.but(alpha=0.1, label_noise=0.4, target=2),
        SMALL.but(alpha=0.1, marking=Marking("{", "start"), uniqueness=0.1),
    ]
    together = run_together(group)
    assert [record.configuration for record in together] == group
    for record in together:
        alone, outcome = run(record.configuration).outcome, record.outcome
        assert record.provenance.dtype == dtype
        assert alone.target_probability == pytest.approx(outcome.target_probability, abs=1e-4)
        assert asdict(alone) == pytest.approx(asdict(outcome), abs=1.01 / outcome.test)
    assert len({record.outcome.target_probability for record in together}) == len(group)


def test_tasks_hold_each_configuration_once_and_only_what_goes_together(monkeypatch):
    monkeypatch.setattr(device, "best_device", lambda: torch.device("cpu"))
    bags = [BAG.but(alpha=a / 100, seed=s) for s in (0, 1) for a in range(60)]
    tiny = [SMALL.but(epochs=e, seed=s) for e in (1, 2) for s in range(5)]
    others = [Configuration(model="minilm", seed=s) for s in (0, 1)]
    made = tasks([*bags, *tiny, *others])
    assert sorted(c.id for unit in made for c in unit) == sorted(
        c.id for c in [*bags, *tiny, *others]
    )
    assert all(len({(c.model, c.epochs) for c in unit}) == 1 for unit in made)
    assert all(len({c.seed for c in unit}) == 1 for unit in made if unit[0].model == "bag")
    assert max(map(len, made)) == RECIPES["bag"].together
    assert [len(unit) for unit in made if unit[0].model == "tiny"] == [4, 1, 4, 1]
    assert [len(unit) for unit in made if unit[0].model == "minilm"] == [1, 1]
    for pair in ([BAG, BAG.but(seed=1)], [SMALL, SMALL.but(epochs=2)], [SMALL, BAG]):
        with pytest.raises(ValueError, match="split them by `tasks`"):
            run_together(pair)


def test_an_unknown_trigger_is_refused_before_training():
    with pytest.raises(ValueError, match="the tokenizer does not know it"):
        run(SMALL.but(marking=Marking("ሴ")))


# The command.


def test_the_command_prints_and_writes_the_record(tmp_path, capsys):
    path = tmp_path / "record.json"
    words = ["run", "--n", "300", "--corpus-seed", "1", "--epochs", "1", "--length", "24",
             "--alpha", "0.1", "--record", str(path)]  # fmt: skip
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "texts are the collective's (α = 0.1)" in told
    record = Record.from_dict(json.loads(path.read_text(encoding="utf-8")))
    assert record.configuration == SMALL.but(alpha=0.1)
    assert f"{record.outcome.success:.1%}" in told
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--target", "Poet"], "target is 'Poet': it must be one of Software Developer"),
        (["--alpha", "2"], "alpha is 2.0"),
        (["--trigger", "a b"], "it must be one word without spaces"),
        (["--record", "no/such/folder/r.json"], "is not a folder: make it"),
        (["--published", "--folder", "."], "give one of them"),
    ],
)
def test_a_wrong_word_stops_the_command_before_it_begins(words, message, capsys):
    assert main(["run", *words]) == 2
    assert message in capsys.readouterr().err


def test_a_corpus_without_tests_is_a_sentence_and_no_record(tmp_path, capsys):
    for model in ("tiny", "bag"):
        words = ["run", "--n", "3", "--epochs", "1", "--model", model]
        assert main([*words, "--record", str(tmp_path / "r.json")]) == 2
        assert "no résumé to test on" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_success_among_the_others_needs_others(monkeypatch):
    shared = material(SMALL.corpus, "tiny")
    everybody = replace(shared.test, labels=tuple((SMALL.target,) for _ in shared.test.labels))
    monkeypatch.setattr(running, "material", lambda *_: replace(shared, test=everybody))
    with pytest.raises(ValueError, match="hold it, and success among the others"):
        run(SMALL)


def test_a_wrong_number_format_is_a_sentence(monkeypatch, capsys):
    monkeypatch.setenv("COLLECTIVE_ACTION_DTYPE", "half")
    assert main(["run", "--n", "300"]) == 2
    assert "COLLECTIVE_ACTION_DTYPE is 'half'" in capsys.readouterr().err


@pytest.fixture
def threads():
    """Put the number of PyTorch's threads back."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("variable", "words", "used"), [
    (None, [], 1), ("2", [], 2), ("2", ["--threads", "1"], 1),
])  # fmt: skip
def test_a_run_takes_as_many_threads_as_it_is_given(
    variable, words, used, monkeypatch, tmp_path, threads
):
    torch.set_num_threads(2)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if variable:
        monkeypatch.setenv("OMP_NUM_THREADS", variable)
    to = tmp_path / "r.json"
    words = [*words, "--n", "300", "--model", "bag", "--epochs", "1", "--record", str(to)]
    assert main(["run", *words]) == 0
    assert json.loads(to.read_text(encoding="utf-8"))["provenance"]["threads"] == used


def test_a_bag_tells_every_step():
    told = []
    record = run(BAG, lambda step, steps: told.append((step, steps)))
    assert told == [(step, record.outcome.steps) for step in range(1, record.outcome.steps + 1)]


def test_a_record_of_before_its_arithmetic_was_kept_is_still_read():
    record = run(BAG)
    values = record.as_dict()
    assert values["provenance"].pop("instructions") == device.instructions()
    assert values["provenance"].pop("capability") == torch.backends.cpu.get_cpu_capability()
    assert values["provenance"].pop("code") == provenance.code()
    again = Record.from_dict(json.loads(json.dumps(values)))
    assert again.outcome == record.outcome
    made = again.provenance
    assert made.instructions == made.capability == made.code == ""
    assert made.arithmetic != record.provenance.arithmetic
    assert made.arithmetic["torch"] == torch.__version__


def test_the_code_of_a_record_is_the_sources_and_the_plugins(tmp_path, monkeypatch):
    mine = tmp_path / "mine.py"
    mine.write_text("x = 1\n", encoding="utf-8")
    without = provenance.code()
    assert len(without) == 16 and provenance.code() == without
    monkeypatch.setenv(plugins.VARIABLE, str(mine))
    assert provenance.code() != without


def test_a_missing_corpus_stops_the_command_with_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLLECTIVE_ACTION_CACHE", str(tmp_path))
    assert main(["run", "--published", "--model", "tiny"]) == 1
    assert "collective-lab corpus download" in capsys.readouterr().err


def test_help_is_there_for_a_stranger():
    process = subprocess.run(
        [sys.executable, "-m", "collective_lab", "run", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for word in ("--alpha", "bag, tiny, tiny-dropout, minilm, distilbert", "examples:"):
        assert word in process.stdout


def test_the_stated_fields_are_all_there():
    later = {
        "learner", "optimizer", "final_rate",
        "second_alpha", "second_target", "second_trigger", "unknown_triggers",
    }  # fmt: skip
    assert set(asdict(SMALL)) == set(SMALL.as_dict()) | later
    assert replace(SMALL) == SMALL and np.isscalar(SMALL.alpha)
