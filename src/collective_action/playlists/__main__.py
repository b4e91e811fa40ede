"""Record the songs' experiment: `python -m collective_action.playlists FILE`.

The embedding models of the chapter *Where to put the song* come from this record. It takes about
ten minutes on one idle core. The record is written after every seed, and a record that stopped is
continued.
"""

import json
import time
from dataclasses import asdict
from pathlib import Path

from collective_action import recording
from collective_action.playlists.campaign import RECOMMENDERS, promote, without, world

MODULE = "collective_action.playlists"
SEEDS = tuple(range(10))
MEMBERS = (8, 20, 40)
STRATEGIES = ("anywhere", "after the rarest")


def main(path: Path, seeds: tuple[int, ...] = SEEDS) -> None:
    """Run what the record lacks, and write it after every seed."""
    record = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    promoted, alone = _rows(record.get("promoted", {})), _rows(record.get("without", {}))
    seconds = record.get("provenance", {}).get("seconds", 0)
    for seed in sorted(set(seeds) - {row["seed"] for row in alone}):
        begun = time.perf_counter()
        for name in RECOMMENDERS:
            label = {"seed": seed, "recommender": name}
            alone.append(label | without(seed, name, MEMBERS))
            for n_members in MEMBERS:
                for strategy in STRATEGIES:
                    outcome = promote(seed, name, strategy, n_members)
                    cell = {"strategy": strategy, "members": n_members}
                    promoted.append(label | cell | asdict(outcome))
        seconds += round(time.perf_counter() - begun)
        record = {
            "provenance": recording.provenance(MODULE, path) | {"seconds": seconds},
            "settings": {
                "seeds": len({row["seed"] for row in alone}),
                "playlists": len(world(seed).train),
                "length": world(seed).train.shape[1],
                "songs": world(seed).n_songs,
                "recommenders": {name: asdict(made) for name, made in RECOMMENDERS.items()},
            },
            "promoted": _columns(promoted),
            "without": _columns(alone),
        }
        path.write_text(recording.text(record), encoding="utf-8", newline="\n")


def _rows(columns: dict[str, list]) -> list[dict]:
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def _columns(rows: list[dict]) -> dict[str, list]:
    return {name: [row[name] for row in rows] for name in rows[0]}


if __name__ == "__main__":
    recording.run(MODULE, __doc__, main)
