"""Solutions move to the end of the document; exercise and solution name each other's page."""

import re

from bs4 import BeautifulSoup, Tag

NUMBERED = re.compile(r"Exercise\s+(\d+)")
ID = "solutions"


def collect(soup: BeautifulSoup, chapters: list[Tag]) -> Tag | None:
    """Take the solutions out of the chapters; return the section that holds them.

    Parameters
    ----------
    soup : BeautifulSoup
        The document, which makes the new elements.
    chapters : list of Tag
        Printed pages in reading order.

    Raises
    ------
    ValueError
        If a solution belongs to no exercise of its chapter.
    """
    section = soup.new_tag("section", attrs={"class": "page solutions", "id": ID})
    for chapter in chapters:
        solved = chapter.select(".solution")
        if not solved:
            continue
        title = chapter.find("h2").get_text(" ", strip=True)
        heading = soup.new_tag("h2", id=f"{ID}--{chapter['id']}")
        heading.string = title
        section.append(heading)
        exercises = {_number(box): box for box in chapter.select(".exercise")}
        for solution in solved:
            exercise = exercises.get(_number(solution))
            if exercise is None:
                words = solution.get_text(" ", strip=True)[:60]
                raise ValueError(f"chapter {title!r} has no exercise for the solution {words!r}")
            section.append(_settled(soup, solution.extract(), exercise))
    return section if section.contents else None


def _number(box: Tag) -> str:
    """Return the number in a box's title."""
    found = NUMBERED.search(box.select_one(".admonition-title").get_text())
    return found[1] if found else ""


def _settled(soup: BeautifulSoup, solution: Tag, exercise: Tag) -> Tag:
    """Return a solution under a heading, and have it and its exercise lead to each other."""
    title = solution.select_one(".admonition-title")
    title.name, title["class"] = "h3", []
    title.append(turn(soup, exercise["id"], " · page "))
    exercise.append(paragraph := soup.new_tag("p", attrs={"class": "turn"}))
    paragraph.append(turn(soup, solution["id"], "Solution on page "))
    solution["class"] = ["solution"]
    return solution


def turn(soup: BeautifulSoup, target: str, words: str | Tag) -> Tag:
    """Return a link that names the page of its target, once that is known."""
    link = soup.new_tag("a", href=f"#{target}", attrs={"class": "turn"})
    link.append(words)
    link.append(number := soup.new_tag("span", attrs={"class": "page-of"}))
    number.string = "000"  # as wide as what will replace it, so that nothing moves
    return link
