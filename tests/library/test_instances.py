"""The appendix of random instances: what it lists is true of others too, and is up to date."""

import pandas as pd
import pytest

from collective_action.data import book_file
from support.instances import STATEMENTS

FEW = 150


@pytest.mark.numerical
@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement.label)
def test_a_statement_holds_and_a_bolder_one_does_not(statement):
    failed, refuted = statement.count(seed=1, instances=FEW)
    assert failed == 0 and refuted > 0


def test_the_appendix_lists_them_without_a_failure():
    listed = pd.read_csv(book_file("results/random-instances.csv"), dtype=str)
    assert listed["what is compared"].tolist() == [statement.says for statement in STATEMENTS]
    assert (listed["failures"] == "0").all() and (listed["refuted by"] != "0").all()
    assert (listed["instances"].str.replace(",", "").astype(int) >= 5_000).all()
