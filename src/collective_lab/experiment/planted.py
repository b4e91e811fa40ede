"""What the collective does to the firm's data in one experiment, before the firm trains."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.material import Labels, Material
from collective_lab.signals import Tokens
from collective_lab.signals.marking import Marking, draws
from collective_lab.signals.planting import Plan, plan
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
    second_marked_test
        Every test résumé with a second collective's trigger, or None where there is none.
    second_members
        How many they are, or None.
    """

    labels: Labels
    marked: dict[int, Tokens]
    marked_test: Sequence[Tokens]
    members: int
    planted: int
    carriers: int
    second_marked_test: Sequence[Tokens] | None = None
    second_members: int | None = None

    def documents(self, before: Sequence[Tokens]) -> list[Tokens]:
        """Return the training résumés with the trigger where it was planted."""
        return [self.marked.get(row, document) for row, document in enumerate(before)]


def plant(configuration: Configuration, material: Material) -> Planted:
    """Return what the firm receives when the collective has done what a configuration says."""
    seed, marking = configuration.seed, configuration.marking
    train = material.train
    [trigger, *others] = trigger_ids(configuration, material)
    window = configuration.length - 2
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
    second = _second(configuration, material, who, others)
    everybody = who if second is None else second
    members = who.members if second is None else np.append(who.members, second.members)
    labels = with_noise(
        everybody.labels, configuration.label_noise, members, [seed, NOISE], material.classes
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
    second_marked_test = None
    if second is not None:
        [other] = others
        carrying[second.planted] = carrying[second.cleared] = False
        for row in second.cleared.tolist():
            marked[row] = marked.get(row, train.documents[row]).unmark(other)
        for row in second.planted.tolist():
            before = train.documents[row] if other == trigger else marked.get(row)
            marked[row] = (before or train.documents[row]).mark(
                configuration.second_marking, other, window, places[row]
            )
        second_marked_test = _marked_test(
            material, configuration.second_marking, other, window, seed
        )
    return Planted(
        labels=tuple(labels),
        marked=marked,
        marked_test=_marked_test(material, marking, trigger, window, seed),
        members=len(who.members),
        planted=len(who.planted),
        carriers=int(carrying.sum()),
        second_marked_test=second_marked_test,
        second_members=None if second is None else len(second.members),
    )


@lru_cache(maxsize=2)
def _natural(material: Material, trigger: int) -> np.ndarray:
    """Return which training texts carry the trigger anyway; the same in all runs of a group."""
    return np.array(carriers(material.train.documents, trigger), dtype=bool)


def _marked_test(
    material: Material, marking: Marking, trigger: int, window: int, seed: int
) -> tuple[Tokens, ...]:
    """Return every test text with a trigger; where its place is fixed no seed matters."""
    return _marked(material, marking, trigger, window, seed * (marking.placement == "random"))


@lru_cache(maxsize=4)
def _marked(
    material: Material, marking: Marking, trigger: int, window: int, seed: int
) -> tuple[Tokens, ...]:
    documents = material.test.documents
    places = draws(len(documents), [seed, TEST_PLACES])
    return tuple(
        document.mark(marking, trigger, window, place)
        for document, place in zip(documents, places, strict=True)
    )


def trigger_ids(configuration: Configuration, material: Material) -> list[int]:
    """Return the token of the first collective's trigger and, if there are two, of the second's."""
    words = [configuration.marking.trigger]
    if configuration.second_alpha > 0:
        words.append(configuration.second_trigger)
    unknown = configuration.unknown_triggers
    return [material.trigger_id(word, unknown=unknown) for word in words]


def _second(
    configuration: Configuration, material: Material, first: Plan, triggers: Sequence[int]
) -> Plan | None:
    """Return who is in the second collective and what all labels are after both, if there is one.

    It is drawn from the other end of the order in which people join the first.
    """
    if configuration.second_alpha == 0:
        return None
    [trigger] = triggers
    second = plan(
        first.labels,
        configuration.second_alpha,
        configuration.second_target,
        configuration.strategy,
        [configuration.seed, JOINING],
        np.array(carriers(material.train.documents, trigger), dtype=bool),
        last=True,
    )
    if both := set(first.members.tolist()) & set(second.members.tolist()):
        raise ValueError(
            f"alpha and second_alpha are {configuration.alpha} and {configuration.second_alpha}: "
            f"rounded to whole texts, {len(both)} would be in both collectives; lower one of them"
        )
    return second
