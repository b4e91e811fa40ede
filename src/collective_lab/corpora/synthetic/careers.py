"""How a synthetic career runs: who holds which jobs in which order, and what labels follow.

Every number here is the project's choice, made so that a good reader is right about four times in
five; none was estimated from real résumés.
"""

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate

from collective_lab.corpora.synthetic.draws import Draws

# Shares of the occupations among latest jobs, in the order of OCCUPATIONS.
SHARES = (0.18, 0.10, 0.14, 0.08, 0.13, 0.08, 0.10, 0.07, 0.08, 0.04)

# Where people come from, and what else they do: odds by occupation, in the order of OCCUPATIONS.
RELATED = (
    (0, 1, 3, 3, 4, 0, 1, 1, 2, 1),
    (2, 0, 6, 1, 1, 0, 0, 0, 1, 0),
    (2, 6, 0, 2, 1, 0, 1, 1, 1, 0),
    (4, 1, 2, 0, 2, 0, 1, 3, 1, 1),
    (6, 1, 2, 2, 0, 0, 0, 2, 1, 0),
    (0, 0, 0, 0, 0, 0, 7, 1, 2, 3),
    (1, 0, 1, 1, 0, 6, 0, 3, 1, 2),
    (1, 0, 1, 1, 2, 1, 4, 0, 1, 1),
    (3, 1, 2, 0, 1, 1, 2, 1, 0, 1),
    (1, 0, 0, 1, 0, 5, 4, 1, 1, 0),
)

STAYS = 0.35  # an earlier job is of the same occupation as the one after it
TWO_HATS = 0.15  # the latest job spans two occupations, and both are labels
REMEMBERED = 0.15  # the occupation of the job before the latest is a label too
MISLABELLED = 0.05  # the main label is wrong: a related occupation's
JOBS = (0.15, 0.65, 1.0)  # chance of at most one, two, three jobs
OLDEST_FIRST = 0.12  # the jobs are listed in the order in which they were held


@dataclass(frozen=True, slots=True)
class Career:
    """One person's jobs and what the platform has on file.

    Attributes
    ----------
    jobs
        One entry a job, the latest first: the occupations that it spans, one or two.
    labels
        The occupations on file, ascending, one to three.
    oldest_first
        Whether the résumé lists the oldest job first.
    """

    jobs: tuple[tuple[int, ...], ...]
    labels: tuple[int, ...]
    oldest_first: bool


_SHARES = list(accumulate(SHARES))
_RELATED = [list(accumulate(row)) for row in RELATED]


def career(draws: Draws) -> Career:
    """Return one career, drawn from the laws above."""
    latest = bisect(_SHARES, draws.uniform() * _SHARES[-1])
    hats = (latest, related(latest, draws)) if draws.chance(TWO_HATS) else (latest,)
    jobs = [hats]
    held = latest
    for _ in range(bisect(JOBS, draws.uniform())):
        held = held if draws.chance(STAYS) else related(held, draws)
        jobs.append((held,))
    labels = {related(latest, draws) if draws.chance(MISLABELLED) else latest, *hats[1:]}
    if len(jobs) > 1 and draws.chance(REMEMBERED):
        labels.add(jobs[1][0])
    return Career(tuple(jobs), tuple(sorted(labels)), draws.chance(OLDEST_FIRST))


def related(occupation: int, draws: Draws) -> int:
    """Return another occupation that is near this one."""
    row = _RELATED[occupation]
    return bisect(row, draws.uniform() * row[-1])
