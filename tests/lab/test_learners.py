"""Learners by name: what they minimise, how they move, and those that somebody else writes."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from collective_lab import learners, results
from collective_lab.corpora import Synthetic
from collective_lab.experiment import Configuration, run, run_together, tasks
from collective_lab.learners import LabelSmoothed, Plain, Private
from collective_lab.models import bag, scratch
from collective_lab.store import Writer
from collective_lab.training import device, reference
from collective_lab.training.fast import loop
from support.first_word import LABELS, ROWS, WORDS, a_task
from support.sweeping import record

pytestmark = pytest.mark.numerical

BAG = Configuration(corpus=Synthetic(300, 1), model="bag", epochs=3, alpha=0.1)
CPU = torch.device("cpu")


class RowByRow(Plain):
    """The mean of the rows' own gradients: what `Plain` computes at once."""

    def gradient(self, of, rows):
        return sum(of(slice(row, row + 1)).clone() for row in range(rows)) / rows


@dataclass(frozen=True)
class WorstRows(Plain):
    """The tilted loss ln E exp(t·loss)/t, which minds the worst rows: a robust learner."""

    tilt: float = 1.0

    def loss(self, logits, targets):
        each = -(targets * logits.log_softmax(-1)).sum(-1)
        mean = (self.tilt * each).logsumexp(-1) - torch.tensor(float(logits.shape[1])).log()
        return (mean / self.tilt).sum()


def trained(learner, train=loop.train, **more):
    """Return what a small transformer says after two passes."""
    texts, targets, used = a_task()
    how = {"epochs": 2, "batch_size": 8, "learning_rate": 1e-3, "seed": 3} | more
    if learner is not None:
        how["learner"] = learner
    model = train(scratch.model(WORDS, 0, LABELS), texts, targets, used, **how)
    mask = torch.arange(texts.ids.shape[1]) < texts.lengths[:, None]
    model = getattr(model, "model", model).eval()
    with torch.no_grad():
        return model(input_ids=texts.ids, attention_mask=mask.long()).logits.softmax(-1)


@pytest.fixture
def exact(monkeypatch):
    monkeypatch.setattr(device, "fast_dtype", lambda on: torch.float32)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.7])
def test_label_smoothing_is_pytorchs_own(share):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 5, 4, generator=generator)
    targets = torch.rand(2, 5, 4, generator=generator).softmax(-1)
    expected = sum(
        functional.cross_entropy(scores, wanted, label_smoothing=share)
        for scores, wanted in zip(logits, targets, strict=True)
    )
    torch.testing.assert_close(LabelSmoothed(share).loss(logits, targets), expected)


@pytest.mark.parametrize("learner", [Plain(), LabelSmoothed(0.3), WorstRows(2.0)])
def test_a_loss_gives_in_the_fast_loop_what_it_gives_in_the_one_to_be_read(
    learner, exact, monkeypatch
):
    fast = trained(learner, on=CPU)
    with monkeypatch.context() as instead:  # the loop to be read knows cross-entropy alone
        loss = SimpleNamespace(
            cross_entropy=lambda logits, targets: learner.loss(logits[None], targets[None])
        )
        instead.setattr(reference, "functional", loss)
        read = trained(None, reference.train)
    torch.testing.assert_close(fast, read, rtol=1e-3, atol=1e-4)
    if type(learner) is not Plain:
        assert float((fast - trained(Plain(), on=CPU)).abs().max()) > 1e-3


def test_gradients_row_by_row_are_those_of_the_batch(exact):
    torch.testing.assert_close(
        trained(RowByRow(), on=CPU), trained(Plain(), on=CPU), rtol=1e-3, atol=1e-4
    )


def test_a_private_learner_is_the_plain_one_without_bound_and_noise(exact):
    plain = trained(Plain(), on=CPU)
    free = trained(Private(clip=1e9, noise=0.0), on=CPU)
    torch.testing.assert_close(free, plain, rtol=1e-3, atol=1e-4)
    noisy, again = (trained(Private(noise=5.0), on=CPU) for _ in range(2))
    assert float((noisy - plain).abs().max()) > 1e-2
    assert torch.equal(noisy, again)  # its draws are the training's own


def test_a_private_learner_adds_clipped_rows_and_noise_of_that_size():
    generator = torch.Generator().manual_seed(4)
    gradients = torch.randn(6, 1, 3, 4000, generator=generator)  # rows, runs, a parameter's shape
    learner = Private(clip=20.0, noise=0.0)
    lengths = gradients.flatten(1).norm(dim=1)
    assert bool((lengths > 20).all())
    wanted = (gradients * (20 / lengths).view(-1, 1, 1, 1)).mean(0)
    torch.testing.assert_close(learner.gradient(lambda rows: gradients[rows].sum(0), 6), wanted)
    torch.manual_seed(0)
    noisy = Private(clip=20.0, noise=0.5).gradient(lambda rows: gradients[rows].sum(0), 6)
    assert float((noisy - wanted).std()) == pytest.approx(0.5 * 20 / 6, rel=0.03)
    with pytest.raises(ValueError, match="rows is 0"):
        learner.gradient(lambda rows: gradients[rows].sum(0), 0)


def test_a_learner_that_trains_alone_is_not_asked_for_several():
    texts, targets, used = a_task()
    with pytest.raises(ValueError, match="Private trains one run at a time"):
        loop.train_together(
            [scratch.model(WORDS, seed, LABELS) for seed in (0, 1)], [texts] * 2, [targets] * 2,
            used, epochs=1, batch_size=8, learning_rate=1e-3, seeds=[0, 1], learner=Private(),
            on=CPU,
        )  # fmt: skip


# The bag, whose gradient is in closed form.


def bags(learner, runs=2):
    generator = torch.Generator().manual_seed(2)
    ids = torch.randint(12, (ROWS * 6,), generator=generator)
    counts = bag.Counts(
        ids, torch.arange(0, ROWS * 6 + 1, 6),
        torch.randint(3, (ROWS, runs, 1), generator=generator),
    )  # fmt: skip
    labels = torch.eye(LABELS)[torch.randint(LABELS, (ROWS,), generator=generator)]
    instead = torch.randint(-1, LABELS, (ROWS, runs), generator=generator)
    firm = bag.train(counts, labels, instead, 12, [2], epochs=4, batch_size=7, learning_rate=0.1,
                     seed=5, learner=learner)  # fmt: skip
    return firm.probabilities(counts)


class Derived(Plain):
    """`Plain` whose loss is differentiated by PyTorch, since it is another method."""

    def loss(self, logits, targets):
        return super().loss(logits, targets)


@pytest.mark.parametrize(
    "learner", [Derived(), RowByRow(), LabelSmoothed(0.0), Private(1e9, 0.0), WorstRows(1e-4)]
)
def test_a_bag_learns_the_same_however_its_gradient_is_had(learner):
    torch.testing.assert_close(bags(learner), bags(Plain()), rtol=1e-3, atol=1e-4)


def test_bags_of_a_learner_together_are_bags_alone_and_another_than_plain_ones():
    smoothed = [BAG.but(learner="label-smoothed:share=0.4", alpha=alpha) for alpha in (0.1, 0.3)]
    together = run_together(smoothed)
    for one in together:
        alone = run(one.configuration).outcome
        assert alone.target_probability == pytest.approx(one.outcome.target_probability, abs=1e-3)
    plain = run(BAG)
    assert abs(plain.outcome.target_probability - together[0].outcome.target_probability) > 1e-3


# Names.


def test_only_what_goes_together_is_put_together():
    asked = [
        BAG.but(learner=name, alpha=alpha) for name in ("plain", "label-smoothed", "private")
        for alpha in (0.1, 0.2)
    ]  # fmt: skip
    assert sorted(len(unit) for unit in tasks(asked)) == [1, 1, 2, 2]
    with pytest.raises(ValueError, match="split them by `tasks`"):
        run_together([asked[0], asked[2]])


def test_the_id_of_a_run_without_a_learner_is_what_it_was():
    assert Configuration(alpha=0.01).id == Configuration(alpha=0.01, learner="plain").id
    assert "learner" not in Configuration(alpha=0.01).as_dict()
    smoothed = Configuration(alpha=0.01, learner="label-smoothed")
    assert smoothed.id != Configuration(alpha=0.01).id
    assert smoothed == Configuration(alpha=0.01, learner="label-smoothed:share=0.1")
    assert smoothed.but(learner="label-smoothed:share=0.2").id != smoothed.id


def test_tables_of_learners_give_their_records_again(tmp_path):
    plain, smoothed = (BAG.but(learner=name) for name in ("plain", "label-smoothed"))
    groups = {"both": [plain, smoothed], "one": [plain.but(seed=1)]}
    wanted = [configuration for group in groups.values() for configuration in group]
    with Writer(tmp_path / "s.sqlite") as writer:
        writer.add(map(record, wanted))
        results.export(writer, "mine", groups, tmp_path)
    assert {one.configuration for one in results.restore("mine", folder=tmp_path)} == set(wanted)


@given(st.floats(0, 0.99))
def test_a_name_says_what_differs_from_the_usual(share):
    name = learners.canonical(f"label-smoothed:share={share!r}")
    assert learners.learner(name) == LabelSmoothed(share)
    assert learners.canonical(name) == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("adam", "learner is 'adam': it must be one of 'plain', 'label-smoothed', 'private'"),
        ("plain:share=1", r"plain has the fields \[\]"),
        ("label-smoothed:shares=1", r"label-smoothed has the fields \['share'\]"),
        ("label-smoothed:share=much", "'much' is no number"),
        ("label-smoothed:share=1", "share is 1: then no label says anything"),
        ("private:clip=0", "clip is 0.0: it must be above 0"),
        ("private:noise=-1", "noise is -1.0: it must be at least 0"),
        ("label-smoothed:share=-1", r"share is -1.0: it must be in \[0, 1\]"),
    ],
)
def test_a_wrong_name_is_refused(name, message):
    with pytest.raises(ValueError, match=message):
        Configuration(learner=name)
