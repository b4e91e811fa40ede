"""The page on costs says what the records and the measured speeds say."""

import subprocess
import sys

import pytest

from collective_action.data import book_file
from collective_lab.sweep import spent

COMMAND = "collective-lab sweep spent book/results"
BASE = {"layers": 6, "width": 768, "inner": 3_072, "length": 512, "tokens": 1.0}


def test_the_tables_are_those_of_the_records():
    written = book_file("results/costs.md").read_text(encoding="utf-8")
    assert written == spent.page(), f"run {COMMAND}"


def test_the_page_includes_every_table_and_names_the_command():
    page = book_file("costs.md").read_text(encoding="utf-8")
    tables = book_file("results/costs.md").read_text(encoding="utf-8")
    blocks = [line.split()[-1] for line in tables.splitlines() if line.startswith("% begin")]
    assert len(blocks) == 7
    for block in blocks:
        assert f'"% begin {block}"' in page and f'"% end {block}"' in page
    assert COMMAND in page


def test_operations_are_counted_weight_by_weight():
    def by_hand(width, inner, length):
        projections = 4 * (width * width)  # queries, keys, values, output
        feed_forward = width * inner + inner * width
        attention = length * width + length * width  # scores, mixture
        return projections + feed_forward + attention

    one_layer = spent.operations(layers=1, width=8, inner=32, length=4, tokens=1)
    assert one_layer == 6 * by_hand(8, 32, 4)
    assert spent.operations(**BASE | {"layers": 12}) == 2 * spent.operations(**BASE)
    assert spent.operations(**BASE | {"tokens": 10.0}) == 10 * spent.operations(**BASE)
    shorter = spent.operations(**BASE | {"length": 128})
    assert 0.8 < shorter / spent.operations(**BASE) < 1


@pytest.mark.parametrize("name", list(BASE))
def test_a_count_of_nothing_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} is 0, must be above 0"):
        spent.operations(**BASE | {name: 0})


def test_what_the_page_says_in_words_is_so():
    thread, card = (spent._measured(name) for name in (spent.THREAD, spent.CARD))
    shares = [
        model["tokens_per_second"] * model["flop_per_token"] / thread["peak_flop_per_second"]
        for model in thread["models"]
    ]
    assert shares == sorted(shares) and shares[0] < 0.5
    counted = {model["model"]: model["flop_per_token"] for model in thread["models"]}
    assert counted["distilbert"] * spent.paper_tokens() < spent._paper_operations()
    times = [float(row[-1].replace(",", "")) for row in spent._rates(card, thread)]
    assert times == sorted(times)
    days = [float(days.replace(",", "")) for _, days in spent._days(thread, card)]
    assert days[0] > 3 * 365 and 2 <= days[1] < 31


def test_the_command_writes_the_tables_or_says_what_is_missing(tmp_path):
    command = [sys.executable, "-m", "collective_lab", "sweep", "spent"]
    subprocess.run([*command, str(tmp_path)], check=True)
    assert (tmp_path / "costs.md").read_text(encoding="utf-8") == spent.page()
    run = subprocess.run(
        [*command, str(tmp_path / "no")], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "is not a folder" in run.stderr
