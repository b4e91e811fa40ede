"""How often the laboratory's intervals hold the truth: writes book/results/coverage.json.

python tools/interval_coverage.py   # a quarter of an hour of one core
"""

import json

from collective_action.data import book_file
from collective_lab.results import recorded
from collective_lab.results.coverage import Worlds, mass_coverage, ratio_coverage

WORLDS = 500
SUCCESSES = (0.5, 0.9)
VARIED = ("epochs", "label_noise", "placement", "spacing", "uniqueness")
PAIRS = [
    ("bag", "epochs", 1, 5, 0.5),
    ("bag", "epochs", 2, 5, 0.9),
    ("bag", "label_noise", 0.0, 0.3, 0.9),
    ("bag", "uniqueness", 0.01, 0.0, 0.5),
    ("bag", "spacing", 40, 20, 0.5),
    ("tiny", "epochs", 2, 5, 0.5),
    ("tiny", "label_noise", 0.3, 0.0, 0.5),
    ("tiny", "uniqueness", 0.01, 0.0, 0.5),
]


def worlds(sweep: str, varied: str) -> dict[object, Worlds]:
    """Return worlds after each condition of a group, feature-label."""
    runs = recorded(sweep, varied).query("strategy == 'feature-label'")
    return {value: Worlds.after(own) for value, own in runs.groupby(varied)}


def main() -> None:
    """Measure every condition in which a mass lies between the sizes tried, and some ratios."""
    after = {(sweep, v): worlds(sweep, v) for sweep in ("bag", "tiny") for v in VARIED}
    masses = [
        {"sweep": sweep, "group": group, "condition": str(value), "success": success}
        | mass_coverage(own, success, WORLDS)
        for (sweep, group), conditions in after.items()
        for value, own in conditions.items()
        for success in SUCCESSES
        if own.mass(success) > 0 and own.smooth_mass(success) > 0
    ]
    ratios = [
        {"sweep": sweep, "group": group, "of": str(one), "to": str(two), "success": success}
        | {"joined": ratio_coverage(*(after[sweep, group][v] for v in (one, two)), success, WORLDS)}
        for sweep, group, one, two, success in PAIRS
    ]
    found = {"worlds": WORLDS, "masses": masses, "ratios": ratios}
    path = book_file("results/coverage.json")
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for row in (*masses, *ratios):
        print(row)


if __name__ == "__main__":
    main()
