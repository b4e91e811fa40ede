"""How a word counter reads the texts of one corpus, with collectives of several sizes.

`collective-lab hurdles FILE --data debian` writes what `read` measures: of each test text its
length, its triggers, its lag without a collective and who wins it; of each size the weight and the
success.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from collective_action import validation
from collective_lab.corpora.loading import Source
from collective_lab.experiment import bags, hurdles
from collective_lab.experiment.bags import Bag
from collective_lab.experiment.configuration import Configuration, source_values
from collective_lab.experiment.material import Material, Side, material
from collective_lab.experiment.planted import Planted, plant
from collective_lab.experiment.provenance import provenance

MEMBERS = (10, 25, 50, 100, 200, 400, 1_000)
LISTED = (50, 100, 200)  # for which each text says who won it
PARTS = (0.5, 0.25)  # of the training texts, on which as many members plant
NOISE = 0.3
DIGITS = 3


@dataclass(frozen=True, eq=False)
class _Firms:
    """Word counters that were trained side by side, and what their collectives did."""

    firms: Sequence[Bag]
    planted: Sequence[Planted]


def read(corpus: Source, seeds: int = 5, members: Sequence[int] = MEMBERS) -> dict[str, Any]:
    """Return how a word counter reads the test texts of a corpus, as values that JSON can hold.

    Parameters
    ----------
    corpus
        The texts. The target is its usual one.
    seeds
        How many, from 0; each decides who joins, whose labels are wrong, and the order.
    members
        Sizes of collectives that plant in features and labels, ascending.

    Returns
    -------
    dict
        `texts` has a list for each column, an entry a test text: `words`, `tokens`, `marks`, and
        means over seeds of firms without a collective: `lag`, the largest one, `lag_noisy` with
        30 % of the labels wrong, `strongest` from `hurdles.strongest`; and for some sizes `won_…`,
        the number of seeds that won it. `sizes` has a row for each seed, part of the training texts
        and size: `weight`, the median over texts of that on the leading label, `lag`, the median of
        the largest, and `success`. `words` has for each label the word that is most often the
        strongest of the texts that it leads, how often, and of how many, by the first seed.

    Raises
    ------
    ValueError
        If sizes are not ascending integers of at least 1, there are more members than a quarter of
        the training texts, or as `material`.
    """
    start = time.perf_counter()
    shared = material(corpus, "bag")
    least = int(min(PARTS) * len(shared.train.labels))
    if list(members) != sorted(set(members)) or not 1 <= min(members) <= max(members) <= least:
        raise ValueError(f"members is {members}: they must ascend from at least 1 to {least}")
    validation.at_least("seeds", seeds, 1)
    target = Configuration(corpus, "bag").target
    documents, trigger = shared.test.documents, shared.trigger_id("{")
    sizes: list[dict[str, Any]] = []
    lags, won = [], {size: np.zeros(len(documents), dtype=int) for size in LISTED}
    dose, words = np.empty(0), {}
    for seed in range(seeds):
        trained = _train(shared, corpus, members, seed)
        dose = hurdles.doses(documents, trained.planted[0].marked_test)
        innocent, noisy = trained.firms[:2]
        lag = hurdles.lags(innocent, documents, target)
        leading = lag.argmax(axis=1)
        words = words or strongest_words(shared, innocent, target)
        lags.append([
            lag.max(axis=1),
            hurdles.lags(noisy, documents, target).max(axis=1),
            hurdles.strongest(innocent, documents, target)[0],
        ])  # fmt: skip
        about = partial(_about, documents, dose, leading, trigger, target)
        for size, firm in zip((0, *members), (innocent, *trained.firms[2:]), strict=True):
            row, wins = about(firm)
            sizes.append({"seed": seed, "members": size, "part": 1.0, **row})
            if size in won:
                won[size] += wins
        for part in PARTS:
            fewer = _train(_part(shared, part, seed), corpus, members, seed)
            for size, firm in zip(members, fewer.firms[2:], strict=True):
                sizes.append({"seed": seed, "members": size, "part": part, **about(firm)[0]})
    lag, noisy, strong = np.mean(lags, axis=0).round(DIGITS)
    tokens = np.array([len(text.ids) for text in documents])
    made = provenance(time.perf_counter() - start, torch.device("cpu"), torch.float32)
    return {
        "corpus": source_values(corpus),
        "labels": list(corpus.labels),
        "target": target,
        "train": len(shared.train.labels),
        "texts": {
            "words": [text.n_words for text in documents],
            "tokens": tokens.tolist(),
            "marks": (dose * tokens).round().astype(int).tolist(),
            "lag": lag.tolist(),
            "lag_noisy": noisy.tolist(),
            "strongest": strong.tolist(),
            **{f"won_{size}": wins.tolist() for size, wins in won.items()},
        },
        "words": {corpus.labels[label]: counts for label, counts in words.items()},
        "sizes": sizes,
        "provenance": asdict(made),
    }


def strongest_words(shared: Material, firm: Bag, target: int) -> dict[int, tuple[str, int, int]]:
    """Return, by leading label, which word of the test texts is most often the strongest.

    Parameters
    ----------
    shared
        The corpus.
    firm
        A word counter trained on it.
    target
        y*; texts that it leads are left out.

    Returns
    -------
    dict
        By label: the token, how many texts it is the strongest of, and how many the label leads.
    """
    documents = shared.test.documents
    leading = hurdles.lags(firm, documents, target).argmax(axis=1)
    tokens = hurdles.strongest(firm, documents, target)[1]
    found = {}
    for label in sorted({*leading.tolist()} - {target}):
        counts = Counter(tokens[leading == label].tolist())
        [(token, count)] = counts.most_common(1)
        [word] = shared.tokenizer.convert_ids_to_tokens([token])
        found[label] = (word, count, counts.total())
    return found


def _about(
    documents: Sequence, dose: np.ndarray, leading: np.ndarray, trigger: int, target: int, firm: Bag
) -> tuple[dict[str, float], np.ndarray]:
    lag = hurdles.lags(firm, documents, target)
    weight = hurdles.weights(firm, trigger, target)
    wins = hurdles.won(dose, lag, weight, target)
    row = {
        "weight": float(np.median(weight[leading])),
        "lag": float(np.median(lag.max(axis=1))),
        "success": float(wins.mean()),
    }
    return {name: round(value, 2 * DIGITS) for name, value in row.items()}, wins


def _train(shared: Material, corpus: Source, members: Sequence[int], seed: int) -> _Firms:
    """Train the firm without a collective, the one with wrong labels, and one for each size."""
    n = len(shared.train.labels)
    plain = Configuration(corpus, "bag", seed=seed)
    choices = [plain, plain.but(label_noise=NOISE), *(plain.but(alpha=m / n) for m in members)]
    planted = [plant(choice, shared) for choice in choices]
    found = bags.fit(
        shared, [one.marked for one in planted], [one.labels for one in planted],
        [shared.trigger_id(plain.marking.trigger)], epochs=plain.epochs,
        batch_size=plain.batch_size, learning_rate=plain.learning_rate, seed=seed,
    )  # fmt: skip
    firms = [Bag(found.words[:, run], found.bias[run]) for run in range(len(choices))]
    return _Firms(firms, planted)


def _part(shared: Material, part: float, seed: int) -> Material:
    n = len(shared.train.labels)
    rows = np.random.default_rng(seed).permutation(n)[: round(part * n)]
    side = Side(
        [shared.train.documents[row] for row in rows],
        tuple(shared.train.labels[row] for row in rows),
    )
    return Material(shared.tokenizer, side, shared.test, shared.classes)
