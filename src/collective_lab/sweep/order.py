"""In which order to run: so that whenever a sweep is cut off, every group has something to show."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, groupby, zip_longest

from collective_lab.experiment import Configuration

Unit = tuple[Configuration, ...]
Partition = Callable[[Sequence[Configuration]], Iterable[Unit]]


def ordered(groups: Mapping[str, Sequence[Configuration]]) -> list[Configuration]:
    """Return the configurations of all groups, each once: seed by seed, the groups in turn."""
    by_seed = (
        sorted(group, key=lambda configuration: configuration.seed) for group in groups.values()
    )
    taken = chain.from_iterable(zip_longest(*by_seed))
    once = dict.fromkeys(configuration for configuration in taken if configuration is not None)
    return sorted(once, key=lambda configuration: configuration.seed)


def units(configurations: Iterable[Configuration], partition: Partition) -> list[Unit]:
    """Return what to hand to a worker at once, seed after seed in the order given."""
    waves = groupby(configurations, key=lambda configuration: configuration.seed)
    return [tuple(unit) for _, wave in waves for unit in partition(list(wave))]
