"""Section 5: run one configuration, or several that can share their work."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from collective_lab import models
from collective_lab.experiment import bags
from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.material import Material, material
from collective_lab.experiment.planted import Planted, plant, trigger_ids
from collective_lab.experiment.provenance import provenance
from collective_lab.experiment.record import Outcome, Record
from collective_lab.experiment.scoring import measures, scores
from collective_lab.learners import learner
from collective_lab.models import bag
from collective_lab.signals import Tokens, carriers
from collective_lab.training import device, engine, label_noise
from collective_lab.training.optimizers import optimizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Progress = Callable[[int, int], None]
Measured = tuple[Outcome, dict[str, float]]


def run(configuration: Configuration, progress: Progress = lambda step, steps: None) -> Record:
    """Run one experiment and return its record; `run_together` says what may be raised."""
    [record] = run_together([configuration], progress)
    return record


def tasks(configurations: Iterable[Configuration]) -> list[tuple[Configuration, ...]]:
    """Return the configurations in groups that `run_together` takes, first come first.

    Runs of one model are together when they read the same résumés for as long, bags of embeddings
    in the same order, too; as many as `Recipe.together` says, or `Recipe.together_on_gpu`.
    """
    groups: dict[object, list[Configuration]] = defaultdict(list)
    for configuration in configurations:
        groups[_shared(configuration)].append(configuration)
    return [
        tuple(group[first : first + together])
        for group in groups.values()
        for together in [_together(group[0])]
        for first in range(0, len(group), together)
    ]


def _together(configuration: Configuration) -> int:
    how, firm = models.recipe(configuration.model), learner(configuration.learner)
    if not firm.side_by_side:
        return 1
    captured = how.accelerated and engine.engine(device.best_device(), firm) == engine.GRAPHS
    return how.together_on_gpu if captured else how.together


def run_together(
    configurations: Sequence[Configuration], progress: Progress = lambda step, steps: None
) -> list[Record]:
    """Run one of the groups that `tasks` makes, and return the records in order.

    A record is the same whichever others are in the group, up to rounding. Near the transition,
    hundreds of steps can make of that another outcome, as another seed does.

    Parameters
    ----------
    configurations
        What to run.
    progress
        Called with the steps done and all steps, as they go.

    Raises
    ------
    ValueError
        If these configurations cannot be run together, a side of the corpus is empty, all test
        résumés hold the target, or the trigger is not one known token.
    FileNotFoundError
        If the corpus or published weights are not to be had.
    FloatingPointError
        If training diverges.
    """
    start = time.perf_counter()
    trained, first = together(configurations, progress), configurations[0]
    measured = [_measured(asked, trained, run) for run, asked in enumerate(configurations)]
    on = torch.device("cpu")
    dtype, way = torch.float32, engine.LOOP
    if models.recipe(first.model).accelerated:
        on = device.best_device()
        dtype, way = device.fast_dtype(on), engine.engine(on, learner(first.learner))
    made = provenance((time.perf_counter() - start) / len(configurations), on, dtype, way)
    return [
        Record(configuration, outcome, made, own)
        for configuration, (outcome, own) in zip(configurations, measured, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class Trained:
    """What the firms of one group answer.

    Attributes
    ----------
    material
        What they were trained on, before anyone planted.
    collectives
        What each collective did.
    probabilities
        Of each firm, for the test texts without a trigger, with the first's and, if there are two,
        with the second's; shape (n, classes) each.
    steps
        Steps of the optimiser.
    """

    material: Material
    collectives: Sequence[Planted]
    probabilities: Sequence[Sequence[torch.Tensor]]
    steps: int


def together(
    configurations: Sequence[Configuration], progress: Progress = lambda step, steps: None
) -> Trained:
    """Train the firms of one of the groups that `tasks` makes, and ask them.

    The parameters and errors are those of `run_together`, which measures what this returns.
    """
    first, *others = configurations
    if any(_shared(other) != _shared(first) for other in others):
        raise ValueError(
            "configurations differ in more than runs of one group can: split them by `tasks`"
        )
    shared = material(first.corpus, first.model)
    for configuration in configurations:
        _require_others(configuration, shared)
    collectives = [plant(configuration, shared) for configuration in configurations]
    train = _transformers if models.recipe(first.model).accelerated else _bags
    return train(configurations, shared, collectives, progress)


def _require_others(configuration: Configuration, shared: Material) -> None:
    if all(configuration.target in held for held in shared.test.labels):
        raise ValueError(
            f"target is {configuration.target}: all {len(shared.test.labels)} test texts hold it, "
            "and success among the others cannot be measured. Take more texts"
        )


def _transformers(
    configurations: Sequence[Configuration],
    shared: Material,
    collectives: Sequence[Planted],
    progress: Progress,
) -> Trained:
    first, n_words = configurations[0], len(shared.tokenizer)
    used = shared.used(*trigger_ids(first, shared))
    length, train, test = first.length, shared.train, shared.test
    starts = {
        choice.seed: _classifier(choice, n_words, shared.classes) for choice in configurations
    }
    firms = engine.train_together(
        [starts[choice.seed] for choice in configurations],
        [
            shared.rows(collective.documents(train.documents), length, used)
            for collective in collectives
        ],
        [
            torch.from_numpy(label_noise.distribution(collective.labels, shared.classes))
            for collective in collectives
        ],
        used,
        epochs=first.epochs,
        batch_size=first.batch_size,
        learning_rate=first.learning_rate,
        seeds=[choice.seed for choice in configurations],
        learner=learner(first.learner),
        optimizer=optimizer(first.optimizer),
        final_rate=first.final_rate,
        on=device.best_device(),
        progress=progress,
    )
    asked = [
        shared.rows(
            [*test.documents, *collective.marked_test, *(collective.second_marked_test or [])],
            length,
            used,
        )
        for collective in collectives
    ]
    return Trained(
        shared,
        collectives,
        [answers.split(len(test.labels)) for answers in firms.probabilities(asked)],
        firms.steps,
    )


def _classifier(configuration: Configuration, words: int, classes: int) -> "PreTrainedModel":
    """Return the firm's model before training, one that can read as far as it is asked to."""
    made = models.classifier(configuration.model, words, configuration.seed, classes)
    longest = made.config.max_position_embeddings
    if configuration.length > longest:
        raise ValueError(
            f"length is {configuration.length}: {configuration.model} reads at most {longest} "
            "tokens"
        )
    return made


def _bags(
    configurations: Sequence[Configuration],
    shared: Material,
    collectives: Sequence[Planted],
    progress: Progress,
) -> Trained:
    first, test = configurations[0], shared.test
    used = list(dict.fromkeys(trigger_ids(first, shared)))
    firms = bags.fit(
        shared,
        [collective.marked for collective in collectives],
        [collective.labels for collective in collectives],
        used,
        epochs=first.epochs,
        batch_size=first.batch_size,
        learning_rate=first.learning_rate,
        seed=first.seed,
        learner=learner(first.learner),
        optimizer=optimizer(first.optimizer),
        final_rate=first.final_rate,
        progress=progress,
    )
    ids, starts = bag.counted([document.ids for document in test.documents])
    asked = [
        firms.probabilities(bag.Counts(ids, starts, bags.triggers(test.documents, marks, used)))
        for marks in _marks(collectives)
    ]
    steps = first.epochs * -(-len(shared.train.labels) // first.batch_size)
    return Trained(
        shared,
        collectives,
        [[seen[:, run] for seen in asked] for run in range(len(collectives))],
        steps,
    )


def _marks(collectives: Sequence[Planted]) -> list[list[dict[int, Tokens]]]:
    """Return the test résumés without triggers, with the first and, if there are two, the second.

    Of each, what differs from the corpus by position, one mapping a run.
    """
    marks: list[list[dict[int, Tokens]]] = [
        [{} for _ in collectives],
        [dict(enumerate(collective.marked_test)) for collective in collectives],
    ]
    second = [collective.second_marked_test for collective in collectives]
    if second[0] is not None:
        marks.append([dict(enumerate(documents or [])) for documents in second])
    return marks


def _shared(configuration: Configuration) -> tuple[object, ...]:
    """Return what runs that are trained together have in common."""
    order = ("seed",) if configuration.model == "bag" else ()
    names = (
        "model",
        "corpus",
        "epochs",
        "length",
        "batch_size",
        "learning_rate",
        "learner",
        "optimizer",
        "final_rate",
        "second_trigger",
        "unknown_triggers",
        *order,
    )
    return (configuration.marking.trigger, *(getattr(configuration, name) for name in names))


def _measured(configuration: Configuration, trained: Trained, run: int) -> Measured:
    """Return what was measured of one firm."""
    shared, collective = trained.material, trained.collectives[run]
    trigger = trigger_ids(configuration, shared)[0]
    window = configuration.length - 2
    seen = carriers(collective.marked_test, trigger, window)
    clean, marked, *rest = trained.probabilities[run]
    asked = (clean, marked, shared.test.labels, configuration.target)
    second: dict[str, float] = {}
    for other in rest:
        found = scores(clean, other, shared.test.labels, configuration.second_target)
        names = ("success", "success_others", "target_probability")
        second = {f"second_{name}": found[name] for name in names}
    outcome = Outcome(
        **scores(*asked),
        members=collective.members,
        planted=collective.planted,
        carriers=collective.carriers,
        train=len(shared.train.labels),
        test=len(shared.test.labels),
        visible=float(np.mean(seen)),
        steps=trained.steps,
        second_members=collective.second_members,
        **second,
    )
    return outcome, measures(*asked)
