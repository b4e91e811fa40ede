"""What the book's recorded sweeps took, and what the paper's own experiment would take.

`collective-lab sweep spent book/results` writes the tables of `costs.md` that the page of that name
includes. They are computed from the records of the sweeps and from two measurements of speed, those
of `collective-lab cost`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from collective_action.data import book_file
from collective_lab.results import recorded
from collective_lab.results.tables import sweeps_folder
from collective_lab.store.files import write_text
from collective_lab.sweep import costs
from collective_lab.sweep.grids import GRIDS, OTHER_TEXTS

PAPER_RUNS, PAPER_TEXTS, PAPER_PASSES, PAPER_LENGTH = 2_000, 25_000, 5, 512
ENCODER = {"layers": 6, "width": 768, "inner": 3_072}  # of DistilBERT
SUPPOSED = (1e13, 4e14)  # rates of two devices that nobody measured, operations a second
THREAD, CARD = "training-cost.json", "training-cost-h100.json"
HOUR, DAY = 3_600, 86_400


def operations(*, layers: int, width: int, inner: int, length: int, tokens: float) -> float:
    """Return the additions and multiplications of training an encoder on so many tokens.

    A token meets ``4·width² + 2·width·inner`` weights in a layer and attends with
    ``2·length·width`` multiplications; each is a multiplication and an addition, and training takes
    three times the forward pass.

    Raises
    ------
    ValueError
        If a number is not above 0.
    """
    given = {
        "layers": layers, "width": width, "inner": inner, "length": length, "tokens": tokens
    }  # fmt: skip
    for name, value in given.items():
        if not value > 0:
            raise ValueError(f"{name} is {value!r}, must be above 0")
    multiplications = 4 * width**2 + 2 * width * inner + 2 * length * width
    return 2 * 3 * layers * multiplications * tokens


def paper_tokens() -> int:
    """Return how many tokens the paper's experiment reads: runs, texts, passes, length."""
    return PAPER_RUNS * PAPER_TEXTS * PAPER_PASSES * PAPER_LENGTH


def page() -> str:
    """Return the tables of the book's page on costs as MyST, each between two markers."""
    thread, card = _measured(THREAD), _measured(CARD)
    blocks = {
        "spent": _table(
            ("Sweep", "Device", "Number format", "Runs", "Hours of a process", "Memory, MB"),
            _spent(),
        ),
        "together": _together(),
        "count": f"{paper_tokens():.1e} tokens, {_paper_operations():.1e} operations",
        "thread": f"{thread['device']}, {thread['threads']} thread, {thread['dtype']}, "
        f"{thread['date']}:\n\n"
        + _table(("Model", "Tokens a second", "Share of the peak", "Hours a run"), _rates(thread)),
        "card": f"{card['device']}, {card['dtype']}, {card['date']}, code {card['commit'][:7]}:\n\n"
        + _table(
            ("Model", "Tokens a second", "Share of the peak", "Hours a run", "Times the thread"),
            _rates(card, thread),
        ),
        "paper": _table(("Device", "Days"), _days(thread, card)),
        "again": _table(("Sweep", "Runs", "Hours of one process"), _again()),
    }
    parts = [f"% begin {name}\n\n{block}\n\n% end {name}\n" for name, block in blocks.items()]
    return "% Written by collective-lab sweep spent\n\n" + "\n".join(parts)


def write(folder: Path) -> Path:
    """Write `costs.md` to a folder and return its path."""
    path = Path(folder) / "costs.md"
    write_text(path, page())
    return path


def _sweeps() -> list[str]:
    return [name for name in (*GRIDS, *OTHER_TEXTS) if (sweeps_folder() / name).is_dir()]


def _measured(file: str) -> dict:
    return json.loads(book_file(f"results/{file}").read_text(encoding="utf-8"))


def _paper_operations() -> float:
    return operations(**ENCODER, length=PAPER_LENGTH, tokens=paper_tokens())


def _spent() -> Iterable[tuple[str, ...]]:
    environments = pd.DataFrame(
        {"sweep": name} | place
        for name in _sweeps()
        for place in recorded(name).attrs["provenance"]["environments"]
    )
    spent = environments.groupby(["sweep", "device", "dtype"], sort=False, as_index=False).agg(
        runs=("records", "sum"), seconds=("seconds", "sum"), memory=("peak_megabytes", "max")
    )
    for row in spent.to_dict("records"):
        yield (
            f"`{row['sweep']}`", row["device"], row["dtype"], f"{row['runs']:,}",
            f"{row['seconds'] / HOUR:.1f}", f"{row['memory']:,}",
        )  # fmt: skip


def _together() -> str:
    """Return how many processes shared the card, and how long its runs took by the clock."""
    runs = recorded("minilm-gpu")
    ended = pd.to_datetime(runs["date"])
    started = ended - pd.to_timedelta(runs["seconds"], unit="s")
    lasted = (ended.max() - started.min()).total_seconds()
    return (
        f"About {runs['seconds'].sum() / lasted:.0f} processes shared the card at a time: its "
        f"{len(runs):,} runs took {lasted / 60:.0f} minutes from the first start to the last end."
    )


def _rates(device: Mapping, thread: Mapping | None = None) -> Iterable[tuple[str, ...]]:
    slower = (
        {model["model"]: model["tokens_per_second"] for model in thread["models"]} if thread else {}
    )
    for model in device["models"]:
        speed = model["tokens_per_second"]
        peak = speed * model["flop_per_token"] / device["peak_flop_per_second"]
        hours = PAPER_TEXTS * PAPER_PASSES * model["length"] / speed / HOUR
        row = (f"`{model['model']}`", f"{speed:,.0f}", f"{100 * peak:.1f} %", f"{hours:.2g}")
        yield (*row, f"{speed / slower[model['model']]:,.0f}") if slower else row


def _days(thread: Mapping, card: Mapping) -> Iterable[tuple[str, str]]:
    for device, note in (
        (thread, "one thread, measured"),
        (card, "measured, with the code of then"),
    ):
        [speed] = [
            model["tokens_per_second"]
            for model in device["models"]
            if model["model"] == "distilbert"
        ]
        yield f"{device['device']}, {note}", f"{paper_tokens() / speed / DAY:,.0f}"
    for rate in SUPPOSED:
        days = _paper_operations() / rate / DAY
        yield f"a device of {rate:.0e} operations a second, supposed", f"{days:,.0f}"


def _again() -> Iterable[tuple[str, str, str]]:
    for name in ("bag", "tiny"):
        runs = len(_planned(name))
        hours = runs * recorded(name)["seconds"].mean() / HOUR
        yield f"`{name}`, at the recorded speed", f"{runs:,}", f"{hours:.1f}"
    wanted = _planned("distilbert")
    card = costs.read(book_file(f"results/{CARD}"))
    yield (
        f"`distilbert`, on {card.device}, at most",
        f"{len(wanted):,}",
        f"{card.hours(wanted):.0f}",
    )


def _planned(name: str) -> list:
    groups = GRIDS[name].groups().values()
    return list({each.id: each for group in groups for each in group}.values())


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = list(rows)
    numbers = [all(cell[0].isdigit() for cell in column) for column in zip(*cells, strict=True)]
    align = ["---:" if right else "---" for right in numbers]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, align, *cells))
