"""What a grid is made of: combinations of values, in groups."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from collective_lab.experiment import Configuration

_MARKING = ("trigger", "placement", "spacing")


@dataclass(frozen=True)
class Study:
    """Every combination of some values of some fields.

    Attributes
    ----------
    seeds
        How many seeds, from 0.
    varied
        Values by the field's name, of a `Configuration` or of its marking.
    """

    seeds: int
    varied: Mapping[str, Sequence[object]]

    def configurations(self, base: Configuration) -> list[Configuration]:
        """Return the combinations, what is not varied as in `base`."""
        made = []
        for values in itertools.product(*self.varied.values(), range(self.seeds)):
            fields = dict(zip([*self.varied, "seed"], values, strict=True))
            marks = {name: fields.pop(name) for name in _MARKING if name in fields}
            made.append(base.but(**fields, marking=replace(base.marking, **marks)))
        return made


@dataclass(frozen=True)
class Grid:
    """Configurations by group.

    Attributes
    ----------
    base
        What all of them have that a study does not vary.
    studies
        By group.
    """

    base: Configuration
    studies: Mapping[str, Sequence[Study]] = field(repr=False)

    def groups(self, only: Sequence[str] = ()) -> dict[str, list[Configuration]]:
        """Return the configurations by group, of all groups or of some.

        Raises
        ------
        ValueError
            If there is no such group.
        """
        if unknown := set(only) - set(self.studies):
            raise ValueError(
                f"group is {', '.join(sorted(unknown))}: the groups are {', '.join(self.studies)}"
            )
        return {
            name: [
                configuration
                for study in studies
                for configuration in study.configurations(self.base)
            ]
            for name, studies in self.studies.items()
            if not only or name in only
        }
