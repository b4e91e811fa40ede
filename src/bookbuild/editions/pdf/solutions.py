"""Solutions and answers move to the end; each and what it answers name each other's page."""

import re

from bs4 import BeautifulSoup, Tag
from bs4.element import AttributeValueList

from bookbuild.elements import attribute, first

NUMBERED = re.compile(r"Exercise\s+(\d+(?:\.\d+)*)")
ID = "solutions"


def collect(soup: BeautifulSoup, chapters: list[Tag]) -> Tag | None:
    """Take solutions and answers out of the chapters; return the section that holds them.

    Parameters
    ----------
    soup : BeautifulSoup
        The document, which makes the new elements.
    chapters : list of Tag
        Printed pages in reading order.

    Returns
    -------
    Tag or None
        The section, ``None`` if there is nothing to solve or to answer. In it a chapter's questions
        to be answered from memory come first, then its quizzes and its exercises.

    Raises
    ------
    ValueError
        If a solution belongs to no exercise of its chapter.
    """
    section = soup.new_tag("section", attrs={"class": "page solutions", "id": ID})
    for chapter in chapters:
        title = first(chapter, "h2").get_text(" ", strip=True)
        recalled = enumerate(chapter.select(".recall"), start=1)
        solved = [_recalled(soup, box, f"{chapter['id']}--recall-{n}") for n, box in recalled]
        solved += [_answers(soup, quiz) for quiz in chapter.select(".quiz")]
        exercises = {_number(box): box for box in chapter.select(".exercise")}
        for solution in chapter.select(".solution"):
            exercise = exercises.get(_number(solution))
            if exercise is None:
                words = solution.get_text(" ", strip=True)[:60]
                raise ValueError(f"chapter {title!r} has no exercise for the solution {words!r}")
            solved.append(_solution(soup, solution.extract(), exercise))
        if solved:
            heading = soup.new_tag("h2", id=f"{ID}--{chapter['id']}")
            heading.string = title
            section.extend([heading, *solved])
    return section if section.contents else None


def turn(soup: BeautifulSoup, target: str, words: str | Tag) -> Tag:
    """Return a link that names the page of its target, once that is known."""
    link = soup.new_tag("a", href=f"#{target}", attrs={"class": "turn"})
    link.append(words)
    link.append(number := soup.new_tag("span", attrs={"class": "page-of"}))
    number.string = "000"  # as wide as what will replace it, so that nothing moves
    return link


def _number(box: Tag) -> str:
    """Return the number in a box's title."""
    numbered = NUMBERED.search(first(box, ".admonition-title").get_text())
    return numbered[1] if numbered else ""


def _solution(soup: BeautifulSoup, solution: Tag, exercise: Tag) -> Tag:
    """Return a solution under a heading, and have it and its exercise lead to each other."""
    title = first(solution, ".admonition-title")
    title.name, title["class"] = "h3", AttributeValueList()
    solution["class"] = AttributeValueList(["solution"])
    _pair(soup, exercise, solution, "Solution on page ")
    return solution


def _recalled(soup: BeautifulSoup, box: Tag, place: str) -> Tag:
    """Leave the question of a box to be answered from memory; return its answer under it."""
    title = first(box, ".admonition-title")
    box["id"] = place
    answer = soup.new_tag("div", id=f"{place}-answer", attrs={"class": "solution"})
    answer.append(heading := soup.new_tag("h3"))
    heading.extend(BeautifulSoup(title.decode_contents(), "html.parser").contents)
    answer.extend(list(title.next_siblings))
    _pair(soup, box, answer, "Answer on page ")
    return answer


def _answers(soup: BeautifulSoup, quiz: Tag) -> Tag:
    """Make a question's choices a list; return what is said of them as another, under a heading."""
    title, page = first(quiz, ".admonition-title"), quiz.find_parent(class_="page")
    if page is None:
        raise ValueError(f"the question {title.get_text()!r} stands on no page")
    quiz["id"] = f"{page['id']}--{title.get_text(strip=True).lower().replace(' ', '-')}"
    answers = soup.new_tag("div", id=f"{quiz['id']}-answers", attrs={"class": "solution"})
    heading = soup.new_tag("h3")
    heading.string = title.get_text()
    questions, feedback = (soup.new_tag("ol", attrs={"class": "choices"}) for _ in range(2))
    for choice in quiz.select(".choice"):
        questions.append(item := soup.new_tag("li"))
        item.extend(list(first(choice, "p").contents))
        feedback.append(item := soup.new_tag("li"))
        item.extend(list(first(choice, ".feedback").contents))
        choice.decompose()
    quiz.append(questions)
    answers.extend([heading, feedback])
    _pair(soup, quiz, answers, "Answers on page ")
    return answers


def _pair(soup: BeautifulSoup, questions: Tag, answered: Tag, words: str) -> None:
    """Have what is asked and what answers it, under its heading, name each other's page."""
    questions.append(paragraph := soup.new_tag("p", attrs={"class": "turn"}))
    paragraph.append(turn(soup, attribute(answered, "id"), words))
    first(answered, "h3").append(turn(soup, attribute(questions, "id"), " · page "))
