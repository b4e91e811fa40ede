"""The law of heads: its exposure, its solver, its fit, and what the study wrote down."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from collective_action.data import book_file
from collective_action.learners import presentations
from collective_lab.corpora import Synthetic
from collective_lab.experiment import Configuration, material, train_bag
from collective_lab.experiment.bags import fit as fit_bags
from collective_lab.experiment.gaps import Gaps, gaps
from collective_lab.experiment.planted import plant
from collective_lab.heads import study
from collective_lab.heads.cells import CELLS, FIT, LEARNERS, SEEDS
from collective_lab.heads.law import Case, Law, exposure, fit
from collective_lab.sweep.grids import grid
from collective_lab.training.optimizers import OPTIMIZERS, optimizer

pytestmark = pytest.mark.numerical

SMALL = Synthetic(n=1_200, seed=3)
ADAM = Configuration(SMALL, "bag", epochs=2)
SGD = ADAM.but(optimizer="sgd", learning_rate=3.0, batch_size=8)
SHARES = tuple(np.linspace(0, 0.3, 31))


def a_gap(texts=1_000, gap=3.0):
    """Return a firm behind by the same everywhere, which no share of the data changes much."""
    return Gaps(
        texts=texts, carriers=0, accuracy=0.7, lead=0.6, mark=0.05, mark_square=0.003,
        shares=SHARES, gaps={"0.5": [gap - share for share in SHARES]},
    )  # fmt: skip


def test_the_grid_lists_the_cells_and_none_makes_the_law_and_tests_it():
    groups = grid(study.GRID).groups()
    ids = {
        group: [run.id for cell in cells for run in cell.configurations()]
        for group, cells in CELLS.items()
    }
    assert {group: [run.id for run in runs] for group, runs in groups.items()} == ids
    making = {key for group in ids if group.endswith(FIT) for key in ids[group]}
    testing = [key for group in ids if not group.endswith(FIT) for key in ids[group]]
    assert not making & set(testing) and len(testing) == len(set(testing))
    assert all(run.seed < SEEDS for runs in groups.values() for run in runs)
    for group, cells in CELLS.items():
        assert len({cell.name for cell in cells}) == len(cells)
        assert sum(group.startswith(name) for name in LEARNERS) == 1


@pytest.mark.parametrize("final", [0.0, 1.0])
def test_the_exposure_is_the_sum_of_the_steps(final):
    clean, members = a_gap(), 40
    for firm in (ADAM.but(final_rate=final), SGD.but(final_rate=final)):
        steps = firm.epochs * -(-clean.texts // firm.batch_size)
        rates = firm.learning_rate * (1 - np.arange(steps) / steps * (1 - final))
        order = np.random.default_rng(0)
        read = np.concatenate(
            [
                np.bincount(
                    order.permutation(clean.texts)[:members] // firm.batch_size,
                    minlength=steps // firm.epochs,
                )
                for _ in range(firm.epochs)
            ]
        )
        if firm.optimizer == "sgd":
            said = presentations.plain(rates, read, batch_size=firm.batch_size)
            said *= 2 * clean.mark_square
        else:
            said = presentations.normalised(rates, read, floor=0.001) * 2 * clean.mark
        assert exposure(firm, clean, members) == pytest.approx(said, rel=0.12)


def test_momentum_makes_a_push_longer_and_an_unknown_optimiser_has_no_exposure(monkeypatch):
    clean = a_gap()
    fast = SGD.but(optimizer="sgd:momentum=0.9")
    assert exposure(fast, clean, 5) == pytest.approx(10 * exposure(SGD, clean, 5))
    monkeypatch.setitem(OPTIMIZERS, "still", object)
    with pytest.raises(ValueError, match="no exposure is known"):
        exposure(SGD.but(optimizer="still"), clean, 5)


def untired(firm, members, passes):
    """Return how far a mark came over its rivals on average, in a bag, and its exposure."""
    firm = firm.but(epochs=passes)
    texts = material(firm.corpus, "bag")
    trigger = texts.trigger_id("{")
    collective = plant(firm.but(alpha=members / len(texts.train.labels)), texts)
    bags = fit_bags(
        texts, [collective.marked], [collective.labels], [trigger], epochs=passes,
        batch_size=firm.batch_size, learning_rate=firm.learning_rate, seed=firm.seed,
        optimizer=optimizer(firm.optimizer), final_rate=firm.final_rate,
    )  # fmt: skip
    weights = bags.words[trigger, 0].double().numpy()
    lead = weights[firm.target] - np.delete(weights, firm.target).mean()
    weight = np.mean([np.mean(text.ids == trigger) for text in collective.marked.values()])
    square = np.mean([np.mean(text.ids == trigger) ** 2 for text in collective.marked.values()])
    clean = replace(a_gap(len(texts.train.labels)), mark=weight, mark_square=square)
    return weight * lead, exposure(firm, clean, members)


def test_where_no_push_has_tired_a_bag_moves_a_mark_by_the_exposure():
    """Ten classes start alike, so a push on all rivals' mean is half of what two classes get."""
    lead, total = untired(SGD.but(learning_rate=0.3, final_rate=1.0), 40, 1)
    assert lead == pytest.approx(total / 2, rel=0.05)
    for members, passes in ((10, 1), (40, 1), (100, 5), (200, 10)):
        lead, total = untired(
            ADAM.but(learning_rate=0.02 / passes, final_rate=1.0), members, passes
        )
        assert lead == pytest.approx(total, rel=0.1)  # Adam's averages lag behind


def test_gaps_are_those_of_the_clean_firm():
    found = gaps(ADAM.but(alpha=0.2, uniqueness=0.1), [0.0, 0.05], [0.5])
    texts = material(SMALL, "bag")
    firm = train_bag(texts, epochs=2)
    said = firm.probabilities(texts.test.documents).astype(float)
    target = said[:, ADAM.target]
    rival = np.delete(said, ADAM.target, axis=1).max(axis=1)
    assert found.gaps["0.5"][0] == pytest.approx(np.median(np.log(rival / target)), abs=1e-4)
    expected = np.median(np.log(0.95 * rival / (0.95 * target + 0.05)))
    assert found.gaps["0.5"][1] == pytest.approx(expected, abs=1e-4)
    assert found.lead == pytest.approx(np.mean(said.max(axis=1) - target), abs=1e-5)
    assert found.texts == len(texts.train.labels) and found.carriers == 0
    held = [answer in own for answer, own in zip(said.argmax(1), texts.test.labels, strict=True)]
    assert found.accuracy == pytest.approx(np.mean(held))
    assert found.mark_square >= found.mark**2 > 0


@pytest.mark.parametrize("firm", [ADAM, SGD])
def test_the_solution_has_the_exposure_that_its_gap_takes(firm):
    law, clean = Law(0.5, 1.2), a_gap(gap=1.0)
    firm = firm.but(epochs=10, learning_rate=30.0 if firm is SGD else 0.5)
    heads = law.heads(firm, clean)
    share = heads / clean.texts
    gap = np.interp(share, clean.shares, clean.gaps["0.5"])
    assert exposure(firm, clean, heads) == pytest.approx(0.5 * gap**1.2, rel=1e-6)
    assert law.members(firm, clean, 10) == pytest.approx(heads + 6)
    assert law.heads(firm, a_gap(gap=2.0)) > heads


def test_a_gap_that_nobody_closes_and_one_that_is_none():
    assert Law(1.0, 1.0).heads(ADAM, a_gap(gap=50.0)) == float("inf")
    assert Law(1.0, 1.0).heads(ADAM, a_gap(gap=0.0)) == 0


def test_a_fit_finds_the_constants_that_made_its_cells():
    law = Law(1.3, 1.4)
    firms = [ADAM.but(epochs=epochs, learning_rate=rate) for epochs in (5, 10, 20)
             for rate in (0.5, 1.0)]  # fmt: skip
    cases = [
        Case(firm, clean, 3.0, law.members(firm, clean, 3.0))
        for firm in firms for clean in (a_gap(gap=1.0), a_gap(gap=1.5))
        if np.isfinite(law.members(firm, clean, 3.0))
    ]  # fmt: skip
    found = fit(cases)
    assert (found.scale, found.power) == (
        pytest.approx(1.3, rel=1e-3),
        pytest.approx(1.4, rel=1e-3),
    )
    with pytest.raises(ValueError, match="at least three"):
        fit(cases[:2])


def test_clean_firms_can_be_stopped_and_gone_on_with(tmp_path, monkeypatch):
    [cell, *_] = CELLS["adam_fit"]
    small = [replace(cell, firm=ADAM.but(epochs=epochs)) for epochs in (1, 2, 3)]
    monkeypatch.setattr(study, "CELLS", {"adam_fit": small[:2]})
    path = tmp_path / "clean-firms.json"
    study.write_firms(path)
    before = study.read_firms(path)
    monkeypatch.setattr(study, "CELLS", {"adam_fit": small})
    trained = []
    monkeypatch.setattr(study, "gaps", lambda firm, *rest: trained.append(firm) or a_gap())
    study.write_firms(path)
    after = study.read_firms(path)
    assert [firm.epochs for firm in trained] == [3]
    assert {key: after[key] for key in before} == before and len(after) == 3
    assert json.loads(path.read_text())["provenance"]["command"].startswith(
        "python -m collective_lab heads firms"
    )
    assert torch.get_num_threads() >= 1


@pytest.mark.parametrize("name", LEARNERS)
def test_the_books_laws_and_predictions_follow_from_its_records(name, tmp_path):
    study.write_predictions(tmp_path / "again.json", name, study.read_firms())
    again = json.loads((tmp_path / "again.json").read_text())
    said = json.loads(book_file(f"results/heads/{name}.json").read_text())
    assert again["predictions"].keys() == said["predictions"].keys()
    for success in map(str, study.SUCCESSES):
        for constant, value in said["laws"][success].items():
            assert again["laws"][success][constant] == pytest.approx(value, rel=0.05, abs=0.02)
    law = study.read_law(name)
    firms = study.read_firms()
    for cell in study.cells(making=False):
        if study.learner(cell) == name:
            clean = firms[study.clean_firm(cell).id]
            members = law.members(cell.firm, clean, cell.accidents + clean.carriers)
            stated = said["predictions"][f"{cell.group}: {cell.name}: 0.5"]["members"]
            assert members == pytest.approx(float("inf") if stated is None else stated, rel=1e-3)


def test_every_cell_of_the_study_is_recorded_whole():
    assert sum(len(study.compare(name)) for name in LEARNERS) == 2 * len(
        list(study.cells(making=False))
    )
