"""Say in plain Markdown what a chapter says in MyST, for readers of its notebook in JupyterLab.

JupyterLab shows a directive as a code block and a role as it is written. Here a theorem becomes a
paragraph, a proof folds, a question keeps its choices, a reference gets a name, and a glued number
is the number.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pybtex.database import Entry, parse_file

from bookbuild.book import Book
from bookbuild.chapters import executed, glued, myst, quiz
from bookbuild.chapters.myst import Fence
from bookbuild.chapters.quiz import VERDICTS

NAMED = re.compile(r"(?P<words>.+?) *<(?P<target>[^>]+)>$", re.S)
TERM = re.compile(r"^(?=\S)(?P<term>.+)\n: +", re.M)
FOLDED = "<details><summary>{}</summary>\n\n{}\n\n</details>"


@dataclass(frozen=True)
class Names:
    """What a reference can name: titles of pages, theorems and exercises by label, works by key."""

    titles: dict[str, str]
    numbered: dict[str, str]
    chapters: frozenset[str]
    labels: dict[str, tuple[str, str]]
    works: dict[str, tuple[str, str]]

    def link(self, words: str, page: str) -> str:
        """Link words to the notebook of a chapter; a page that is no chapter has none."""
        return f"[{words}]({page}.ipynb)" if page in self.chapters else f"*{words}*"


def names(book: Book) -> Names:
    """Return what the chapters can refer to, numbered as on the site: chapter by chapter.

    A label's name stands with its chapter. What stands outside the numbered chapters is counted
    through.
    """
    titles, labels, counts, numbers = {}, {}, Counter(), book.numbers()
    for page in book.pages():
        chapter = Path(page).name
        path = book.chapters / f"{chapter}.md" if "notebooks/" in page else book.source / page
        text = path.with_suffix(".md").read_text(encoding="utf-8")
        heading = re.search(r"^# +(.+)", text, re.M)
        titles[chapter] = heading[1].strip() if heading else chapter
        for fence in myst.fences(text):
            kind = _kind(fence)
            place = f"{kind} {numbers[chapter]}." if chapter in numbers else f"{kind} "
            counts[place] += 1
            if fence.label:
                labels[fence.label] = f"{place}{counts[place]}", chapter
    bibliography = book.source / "references.bib"
    entries = parse_file(str(bibliography)).entries if bibliography.is_file() else {}
    works = {key: _work(entry) for key, entry in entries.items()}
    chapters = book.chapter_names()
    numbered = {chapter: book.numbered(chapter) for chapter in chapters}
    return Names(titles, numbered, frozenset(chapters), labels, works)


def speaker(book: Book, known: Names, chapter: str) -> Callable[[str], str]:
    """Return the function that says a piece of this chapter in plain Markdown."""
    path = book.notebooks / f"{chapter}.ipynb"
    values = glued.read(executed.read(path)) if path.is_file() else {}
    title = re.compile(rf"^# +(?={re.escape(known.titles[chapter])}$)", re.M)

    def role(match: re.Match) -> str:
        text, kind = match["text"], match["name"]
        if kind.startswith("glue"):
            key, _, form = text.partition(":")
            return format(values[key], form) if key in values else match[0]
        if kind.startswith("cite"):
            works = [known.works[key.strip()] for key in text.split(",")]
            if kind == "cite:t":
                return ", ".join(f"{who} ({year})" for who, year in works)
            return "(" + "; ".join(f"{who}, {year}" for who, year in works) + ")"
        named = NAMED.match(text)
        target = named["target"] if named else text
        if kind == "doc":
            page = Path(target).name
            return known.link(named["words"] if named else known.titles[page], page)
        called, where = known.labels.get(target, (target, chapter))
        words = named["words"] if named else called
        return words if where == chapter else known.link(words, where)

    def plain(text: str) -> str:
        text = title.sub(f"# {known.numbered[chapter]}", text, count=1)
        text = myst.replace(text, lambda fence: _said(fence, known, chapter))
        text = TERM.sub(r"**\g<term>.** ", text)
        text = re.sub(r"^: +", "- ", text, flags=re.M)
        return myst.ROLE.sub(role, text)

    return plain


def _kind(fence: Fence) -> str:
    return fence.name.removeprefix("prf:").capitalize()


def _said(fence: Fence, known: Names, chapter: str) -> str | None:
    """Return a directive as a paragraph or two; nothing for what only the site can draw."""
    if not fence.name:
        return None
    name, title = fence.name, fence.argument
    body = myst.replace(fence.body, lambda inner: _said(inner, known, chapter)).strip()
    called = known.labels[fence.label][0] if fence.label in known.labels else _kind(fence)
    if name == "quiz":
        return _quiz(quiz.read(chapter, body))
    if name == "exercise":
        return f"### {called}\n\n{body}"
    if name == "prf:proof":
        return FOLDED.format("Proof", body) if "dropdown" in fence.classes else f"*Proof.* {body}"
    if name.startswith("prf:"):
        return f"**{called}{f' ({title})' if title else ''}.** {body}"
    if name == "admonition" and "recall" in fence.classes:
        return FOLDED.format(_html(title), body)
    return f"**{title}**\n\n{body}" if name == "admonition" else ""


def _quiz(question: quiz.Question) -> str:
    """Fold what is said about each choice below its words."""
    parts = [f"**A question.** {question.words}"]
    parts += [
        FOLDED.format(_html(choice.words), f"**{VERDICTS[choice.right]}** {choice.feedback}")
        for choice in question.choices
    ]
    return "\n\n".join(parts)


def _html(words: str) -> str:
    """Return the words of a choice as HTML, in which Markdown's marks mean nothing."""
    words = re.sub(r"(?<!\{glue:text\})`([^`{]+)`(?!\})", r"<code>\1</code>", words)
    return re.sub(r"(?<![\w*$^])\*([^*$]+)\*(?![\w*])", r"<em>\1</em>", words)


def _work(entry: Entry) -> tuple[str, str]:
    """Return who wrote a work, as a text names them, and when."""
    persons, fields = entry.persons or {}, entry.fields or {}
    people = persons.get("author") or persons.get("editor") or []
    last = [" ".join([*person.prelast_names, *person.last_names]) for person in people]
    authors = " and ".join(last) if len(last) < 3 else f"{last[0]} et al."
    authors = authors or fields.get("organization") or fields.get("title", "")
    return re.sub(r"[{}]", "", authors), fields.get("year", "n.d.")
