"""The synthetic corpus: as many résumés as you like, of people who do not exist."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from collective_lab.corpora.occupations import OCCUPATIONS, PROJECT_MANAGER
from collective_lab.corpora.records import Read, Report, Resume, collect
from collective_lab.corpora.synthetic import careers, writing
from collective_lab.corpora.synthetic.careers import Career
from collective_lab.corpora.synthetic.draws import Draws

PAPER_SIZE = 29_783
SENT_AGAIN = 0.01  # a résumé is an earlier one, sent again with the same labels


@dataclass(frozen=True)
class Synthetic:
    """Résumés that the project generates.

    Parameters
    ----------
    n
        How many, at least 1; by default as many as the paper's corpus has.
    seed
        Any integer ≥ 0. With one seed, a smaller corpus is the beginning of a larger one.

    Raises
    ------
    ValueError
        If n or seed is out of range.
    """

    labels: ClassVar[tuple[str, ...]] = OCCUPATIONS
    usual_target: ClassVar[int] = PROJECT_MANAGER

    n: int = PAPER_SIZE
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, least in (("n", self.n, 1), ("seed", self.seed, 0)):
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(f"{name} is {value!r}: it must be an integer of at least {least}")

    def people(self) -> Iterator[tuple[Career, Resume]]:
        """Yield each career with the résumé written from it: what no real corpus tells."""
        draws = Draws(self.seed)
        sent: list[tuple[Career, str]] = []
        for number in range(self.n):
            if sent and draws.chance(SENT_AGAIN):
                career, text = draws.pick(sent)
            else:
                career = careers.career(draws)
                text = writing.resume(career, draws)
                sent.append((career, text))
            yield career, Resume(f"{number:05}", text, career.labels)

    def read(self) -> tuple[list[Resume], Report]:
        """Return the résumés and their report."""
        return collect(Read(resume) for _, resume in self.people())
