"""Section 5: what one experiment leaves, as one flat record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from collective_lab.experiment.configuration import Configuration


@dataclass(frozen=True)
class Outcome:
    """What was measured. Fractions are in [0, 1], over the test résumés.

    Attributes
    ----------
    success
        S, the share of test résumés, with the trigger in them, for which the target is the most
        likely label.
    success_others
        The same over those that do not hold the target label: nobody can succeed there by being
        right.
    success_top3
        The share, with the trigger, for which the target is among the three most likely labels.
    target_probability
        The mean probability of the target, with the trigger.
    accuracy
        Clean accuracy: the share, without the trigger, whose most likely label is one of their own.
    recall
        Mean share of a résumé's k labels that are among the k most likely, without the trigger.
    members, planted
        Résumés of the collective, and those of them that carry the trigger on purpose.
    carriers
        Training résumés outside the collective's plan that carry the trigger anyway.
    train, test
        Résumés on the two sides of the split.
    visible
        The share of marked test résumés in which the model can see the trigger.
    steps
        Steps of the optimiser.
    second_success, second_success_others, second_target_probability, second_members
        Of a second collective with its own trigger and target, or None where there is none.
    """

    success: float
    success_others: float
    success_top3: float
    target_probability: float
    accuracy: float
    recall: float
    members: int
    planted: int
    carriers: int
    train: int
    test: int
    visible: float
    steps: int
    second_success: float | None = None
    second_success_others: float | None = None
    second_target_probability: float | None = None
    second_members: int | None = None

    def as_dict(self) -> dict[str, float | int]:
        """Return what was measured by name; what was not is left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Provenance:
    """Where, when and with what a record was made.

    Attributes
    ----------
    seconds
        Wall time of training and evaluation; for runs trained together, an equal share of it.
    peak_megabytes
        The most memory that the process (on a GPU, its tensors) had held by the end of the run.
    device, driver
        The accelerator's name and driver, or the processor's name and an empty string.
    dtype
        What matrix products were computed in.
    threads
        Of the processor.
    python, torch, transformers, commit
        Versions; the commit of this project, or an empty string outside a checkout.
    date
        When the run ended, UTC, ISO 8601.
    instructions
        Of the processor's, those that decide how it rounds; "AMD EPYC" names processors with and
        without bf16. Empty in records of before it was kept, as are the following.
    capability
        The set of instructions that PyTorch computes with: "AVX2", "AVX512", …, of a GPU "sm_90".
    code
        What the code was that decides how a run comes out; see `provenance.code`.
    engine
        "graphs" where a GPU replayed steps that it had captured, empty where each was called.
    """

    seconds: float
    peak_megabytes: int
    device: str
    driver: str
    dtype: str
    threads: int
    python: str
    torch: str
    transformers: str
    commit: str
    date: str
    instructions: str = ""
    capability: str = ""
    code: str = ""
    engine: str = ""

    @property
    def arithmetic(self) -> dict[str, str | int]:
        """What decides how a run rounds: where two records agree in it, they should agree."""
        names = (
            "dtype", "capability", "instructions", "device", "driver", "threads", "torch",
            "transformers", "code", "engine",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Record:
    """A configuration with its outcome and its provenance.

    Attributes
    ----------
    measures
        What the metrics say that somebody registered (`scoring.METRICS`), by name.
    """

    configuration: Configuration
    outcome: Outcome
    provenance: Provenance
    measures: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain values that JSON can hold, dictionaries in one."""
        values = {
            "id": self.configuration.id,
            "configuration": self.configuration.as_dict(),
            "outcome": self.outcome.as_dict(),
            "provenance": asdict(self.provenance),
        }
        return values | ({"measures": dict(self.measures)} if self.measures else {})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Record":
        """Return the record that `as_dict` wrote down.

        Raises
        ------
        ValueError
            If its id is not that of its configuration.
        """
        configuration = Configuration.from_dict(values["configuration"])
        if values["id"] != configuration.id:
            raise ValueError(
                f"record {values['id']} holds the configuration {configuration.id}: it was "
                "altered, or written by another version of this project"
            )
        outcome, provenance = Outcome(**values["outcome"]), Provenance(**values["provenance"])
        return cls(configuration, outcome, provenance, values.get("measures", {}))
