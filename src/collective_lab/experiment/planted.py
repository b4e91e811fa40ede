"""What the collective does to the firm's data in one experiment, before the firm trains."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.material import Labels, Material
from collective_lab.signals import Tokens
from collective_lab.signals.marking import Marking, draws
from collective_lab.signals.planting import plan
from collective_lab.signals.trigger import carriers
from collective_lab.training.label_noise import with_noise

# Streams of random numbers of one seed, so that changing one choice changes no other.
JOINING, PLACES, TEST_PLACES, NOISE, ACCIDENTS = range(5)


@dataclass(frozen=True, eq=False)
class Planted:
    """A training set after the collective, and the test set with the trigger.

    Attributes
    ----------
    labels
        What the firm is told, of each training résumé.
    marked
        The training résumés in which a trigger was written, on purpose or not, or struck out, by
        position.
    marked_test
        Every test résumé with the trigger.
    members, planted, carriers
        Counts; see `Outcome`.
    """

    labels: Labels
    marked: dict[int, Tokens]
    marked_test: Sequence[Tokens]
    members: int
    planted: int
    carriers: int

    def documents(self, before: Sequence[Tokens]) -> list[Tokens]:
        """Return the training résumés with the trigger where it was planted."""
        return [self.marked.get(row, document) for row, document in enumerate(before)]


def plant(configuration: Configuration, material: Material) -> Planted:
    """Return what the firm receives when the collective has done what a configuration says."""
    seed, marking = configuration.seed, configuration.marking
    train = material.train
    trigger, window = material.trigger_id(marking.trigger), configuration.length - 2
    accidental = draws(len(train.labels), [seed, ACCIDENTS]) < configuration.uniqueness
    natural = _natural(material, trigger)
    who = plan(
        train.labels,
        configuration.alpha,
        configuration.target,
        configuration.strategy,
        [seed, JOINING],
        natural | accidental,
    )
    labels = with_noise(
        who.labels, configuration.label_noise, who.members, [seed, NOISE], material.classes
    )
    places = draws(len(labels), [seed, PLACES])
    marks = accidental.copy()
    marks[who.cleared] = False
    marks[who.planted] = True
    marked = {
        row: train.documents[row].mark(marking, trigger, window, places[row])
        for row in np.flatnonzero(marks).tolist()
    }
    for row in who.cleared[natural[who.cleared]].tolist():
        marked[row] = train.documents[row].unmark(trigger)
    carrying = natural | accidental
    carrying[who.planted] = carrying[who.cleared] = False
    return Planted(
        labels=tuple(labels),
        marked=marked,
        marked_test=_marked_test(
            material, marking, window, seed if marking.placement == "random" else 0
        ),
        members=len(who.members),
        planted=len(who.planted),
        carriers=int(carrying.sum()),
    )


@lru_cache(maxsize=2)
def _natural(material: Material, trigger: int) -> np.ndarray:
    """Return which training texts carry the trigger anyway; the same in all runs of a group."""
    return np.array(carriers(material.train.documents, trigger), dtype=bool)


@lru_cache(maxsize=2)
def _marked_test(
    material: Material, marking: Marking, window: int, seed: int
) -> tuple[Tokens, ...]:
    """Return every test text with the trigger; only of a random placement the seed matters."""
    documents, trigger = material.test.documents, material.trigger_id(marking.trigger)
    places = draws(len(documents), [seed, TEST_PLACES])
    return tuple(
        document.mark(marking, trigger, window, place)
        for document, place in zip(documents, places, strict=True)
    )
