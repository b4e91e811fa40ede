"""Building the site: what a warning looks like, and that an earlier build never hides one."""

from bookbuild import site


def test_a_warning_names_the_cell():
    warned = "book/notebooks/the-model.ipynb:80057: WARNING: target not found: cor-plantng"
    assert site._name_cells(warned) == (
        "book/notebooks/the-model.ipynb (cell 8, line 57): WARNING: target not found: cor-plantng"
    )


def test_a_page_keeps_its_line_number():
    warned = "book/notation.md:38: WARNING: target not found"
    assert site._name_cells(warned) == warned
