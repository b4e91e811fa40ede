"""The authors' linter: what every chapter has, and what one says against these rules."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

import jupytext
import nbformat
from nbformat import NotebookNode

from bookbuild.book import Book
from bookbuild.chapters import exercises, glued, launch, myst, quiz, reading, visible, wording
from bookbuild.chapters.exercises import RESERVED, Exercise, names_assigned
from bookbuild.chapters.renderer import VEGALITE
from bookbuild.chapters.source import HIDDEN, is_parameters, parameters, read_chapter, relative

GRADES = ("Recall", "Compute", "Prove", "Code", "Open")
CHECKED = ("Compute", "Code")
VAGUE = {"understand", "know", "learn", "appreciate", "grasp", "see", "realise", "believe"}
WIDEST = 78
LONGEST = 25  # lines of a cell that is open on the page
RECALLED = 3  # questions to be answered from memory, at least
ASKED = "From memory: "
STARS = re.compile(r"\(\*\w+\.\*\) ★{1,3}(?!★)")
UNEVEN, SHORT = 1.5, 10  # a choice may be longer than the shortest: so many times, or letters
PLACED = re.compile(
    r"\b(?:first|second|third|last) (?:option|choice)|\b(?:all|both|none) of the above", re.I
)
MINUTES = 45


def check(book: Book, names: list[str]) -> list[str]:
    """Return which rules chapters of a book break, each with the chapter's file.

    A chapter that has not been executed yet is checked without its outputs.
    """
    messages = []
    for name in names:
        path = book.chapters / f"{name}.md"
        source = read_chapter(book, name)
        notebook = book.notebooks / f"{name}.ipynb"
        executed = nbformat.read(notebook, as_version=4) if notebook.is_file() else source
        broken = problems(path.read_text(encoding="utf-8"), source, executed)
        broken += _prerequisites(book, name, source)
        messages += [f"{relative(book, path)}: {problem}" for problem in broken]
        outline = book.slides / path.name
        worn = wording.problems(outline.read_text("utf-8")) if outline.is_file() else ()
        messages += [f"{relative(book, outline)}: {problem}" for problem in worn]
    return messages


def problems(text: str, source: NotebookNode, executed: NotebookNode) -> list[str]:
    """Return which rules a chapter breaks, one message each.

    Parameters
    ----------
    text : str
        The chapter's file.
    source, executed : NotebookNode
        The same as a notebook, without and with its outputs.
    """
    return [
        *_bytes(text),
        *_frame(text, source),
        *_objectives(text),
        *_exercises(text),
        *_self_checks(text, source),
        *_code(source),
        *_languages(source),
        *_charts(executed),
        *_glue(text, executed),
        *_recalls(text),
        *_choices(text),
        *_rebuilt(source),
        *_length(executed),
        *wording.problems(text),
    ]


def _bytes(text: str) -> Iterator[str]:
    """Compare the cells with what an editor of notebooks writes when it opens and saves them."""
    saved = jupytext.writes(jupytext.reads(text, fmt="md:myst"), fmt="md:myst")
    for ours, theirs in zip_longest(_below_header(text), _below_header(saved)):
        if ours != theirs:
            yield f"an editor that opens and saves it writes {theirs!r} where it has {ours!r}"
            return


def _below_header(text: str) -> list[str]:
    return text.split("\n---\n", 1)[-1].splitlines()


def _frame(text: str, source: NotebookNode) -> Iterator[str]:
    about = source.metadata.get("chapter", {})
    if not isinstance(about.get("prerequisites"), list) or not about.get("level"):
        yield "its front matter lacks the prerequisites or the level"
    cells = [cell for cell in source.cells if is_parameters(cell)]
    if len(cells) != 1 or not {"scale", "seed"} <= parameters(source).keys():
        yield "it has no single parameters cell that declares scale and seed"
    elif parameters(source)["scale"] != "ci":
        yield "its default scale is not ci"
    for wanted in ("```{chapter-card}", "## What you learned", "## Further reading"):
        if text.splitlines().count(wanted) != 1:
            yield f"it needs one {wanted!r}"


def _objectives(text: str) -> Iterator[str]:
    boxes = [box.body for box in myst.fences(text, "admonition") if "objectives" in box.classes]
    if len(boxes) != 1:
        yield f"it has {len(boxes)} boxes of objectives, not one"
        return
    items = re.findall(r"^- (.*)", boxes[0], re.M)
    if len(items) < 3:
        yield "it has fewer than three objectives"
    for item in items:
        verb = re.match(r"\*\*(\w+)[\w ]*\*\*", item)
        if not verb or verb[1].lower() in VAGUE:
            yield f"an objective does not begin with a bold verb that can be measured: {item}"


def _exercises(text: str) -> Iterator[str]:
    labels, reserved = [], []
    for exercise in myst.fences(text, "exercise"):
        words = exercise.body.split()
        name = exercise.label or " ".join(words[:6])
        labels.append(name)
        if RESERVED in exercise.classes:
            reserved.append(name)
        if not exercise.label:
            yield f"an exercise has no label: {name}"
        if not words or words[0] not in {f"(*{grade}.*)" for grade in GRADES}:
            yield f"exercise {name} has no grade, one of {', '.join(GRADES)}"
        elif not STARS.match(exercise.body.strip()):
            yield f"exercise {name} lacks one to three ★ behind its grade"
    if len(labels) < 3:
        yield f"it has {len(labels)} exercises, fewer than three"
    solved = []
    marks = iter(myst.fences(text, "solution-start", "solution-end"))
    for start, end in zip(marks, marks, strict=False):
        name = start.argument
        solved.append(name)
        if "dropdown" not in start.classes:
            yield f"the solution of {name} is not folded"
        body = text[start.end : end.start]
        code = [cell.body for cell in myst.fences(body, "code-cell")]
        if code and not any(re.search(r"^\s*assert ", cell, re.M) for cell in code):
            yield f"the code in the solution of {name} asserts nothing"
        if not body.strip():
            yield f"the solution of {name} is empty"
    if sorted(solved + reserved) != sorted(labels):
        yield f"its exercises are {sorted(labels)} and its solutions {sorted(solved)}"


def _self_checks(text: str, source: NotebookNode) -> Iterator[str]:
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    asked = len(myst.fences(text, "quiz"))
    if "## Check yourself\n## Exercises" not in "\n".join(heads) or not 2 <= asked <= 4:
        yield "it has no '## Check yourself' of two to four quizzes before its '## Exercises'"
    statements = {exercise.label: exercise for exercise in myst.fences(text, "exercise")}
    if "" in statements:
        return  # one has no label, which is said elsewhere
    for label, exercise in exercises.find(source).items():
        checks_itself = exercise.answers or exercise.checks
        statement = statements[label]
        graded = re.search(rf"\(\*({'|'.join(CHECKED)})\.\*\)", statement.body)
        if checks_itself and not exercise.checked:
            yield f"exercise {label} has not one answer and one check"
        elif checks_itself:
            for problem in _self_check(exercise, statement.body, source):
                yield f"exercise {label} {problem}"
        elif graded and RESERVED not in statement.classes:
            yield f"exercise {label} is graded {graded[1]} and has no answer and check"


def _self_check(exercise: Exercise, statement: str, source: NotebookNode) -> Iterator[str]:
    [answer], [check] = exercise.answers, exercise.checks
    ids = [cell.id for cell in source.cells]
    if ids.index(check.id) < ids.index(answer.id):
        yield "checks before it answers"
    if not exercise.asked:
        yield "asks for nothing that its check reads"
    if not all(node.msg for node in ast.walk(ast.parse(check.source)) if type(node) is ast.Assert):
        yield "has an assertion without a message in its check"
    overridden = {name for wrong in exercise.wrong for name in re.findall(r"\w+", wrong)}
    elsewhere = {
        name
        for cell in source.cells
        if cell.cell_type == "code" and cell.id != answer.id
        for name in names_assigned(cell.source)
    }
    for name in exercise.asked:
        if not re.search(rf"`{name}\b[^`]*`", statement):
            yield f"does not name `{name}`, which it asks for"
        if name not in overridden:
            yield f"has no wrong answer for {name}"
        if name in elsewhere:
            yield f"asks for {name}, which another cell assigns"


def _code(source: NotebookNode) -> Iterator[str]:
    for number, cell in enumerate(source.cells, start=1):
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type != "code":
            continue
        if any(tag.startswith("nbval") for tag in tags) or "NBVAL_" in cell.source:
            yield f"cell {number} is kept out of the check of outputs"
        for line in cell.source.splitlines():
            if len(line) > WIDEST and not tags & HIDDEN:
                yield f"cell {number} has a line of {len(line)} characters, over {WIDEST}: {line}"


def _languages(source: NotebookNode) -> Iterator[str]:
    for cell in source.cells:
        for fence in myst.fences(cell.source) if cell.cell_type == "markdown" else ():
            if not fence.name and not fence.argument:
                yield f"a block of code names no language after {fence.mark}"


def _charts(executed: NotebookNode) -> Iterator[str]:
    interactive = False
    for number, cell in enumerate(launch.without(executed), start=1):
        for output in cell.get("outputs", []):
            spec = output.get("data", {}).get(VEGALITE)
            if spec is None:
                continue
            interactive = interactive or any("bind" in entry for entry in _parameters(spec))
            if not str(spec.get("description", "")).strip():
                yield f"cell {number} shows a chart without a description"
    if not interactive:
        yield "none of its charts is interactive"


def _parameters(spec: object) -> Iterator[dict]:
    if isinstance(spec, dict):
        yield from spec.get("params", [])
        for key, value in spec.items():
            if key not in ("params", "datasets"):
                yield from _parameters(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _parameters(value)


def _recalls(text: str) -> Iterator[str]:
    boxes = [box for box in myst.fences(text, "admonition") if "recall" in box.classes]
    if len(boxes) < RECALLED:
        yield f"it has {len(boxes)} questions to be answered from memory, fewer than {RECALLED}"
    for box in boxes:
        if not box.argument.startswith(ASKED) or not box.argument.endswith("?"):
            yield f"a question does not begin with {ASKED!r} and end with '?': {box.argument}"
        if "dropdown" not in box.classes:
            yield f"the answer is not folded: {box.argument}"
        if not box.body.strip():
            yield f"there is no answer: {box.argument}"


def _choices(text: str) -> Iterator[str]:
    for fence in myst.fences(text, "quiz"):
        question = quiz.read("", fence.body)
        asked = f"the question {question.words[:40]!r}"
        lengths = [choice.length for choice in question.choices]
        if lengths and max(lengths) > max(UNEVEN * min(lengths), min(lengths) + SHORT):
            yield f"{asked} has choices of {min(lengths)} to {max(lengths)} letters"
        for found in PLACED.finditer(fence.body):
            yield f"{asked} says {found[0]!r}, and choices stand in an order drawn by lot"


def _rebuilt(source: NotebookNode) -> Iterator[str]:
    places = {cell.id: number for number, cell in enumerate(source.cells, start=1)}
    for cell, names in visible.unknown_names(source):
        yield f"cell {places[cell.id]} uses {', '.join(names)}, which no cell on the page defines"
    for cell in visible.open_cells(source):
        lines = sum(bool(line.strip()) for line in cell.source.splitlines())
        if lines > LONGEST:
            yield f"cell {places[cell.id]} is open and has {lines} lines, over {LONGEST}"


def _length(executed: NotebookNode) -> Iterator[str]:
    minutes = reading.minutes(executed.cells)
    if minutes > MINUTES:
        yield f"it takes {minutes} minutes to read, over {MINUTES}"


def _prerequisites(book: Book, name: str, source: NotebookNode) -> Iterator[str]:
    """Compare what a chapter needs with the chapters that come before it."""
    needed = source.metadata.get("chapter", {}).get("prerequisites") or []
    chapters = book.chapter_names()
    for later in chapters[chapters.index(name) :]:
        path = book.chapters / f"{later}.md"
        heading = path.is_file() and re.search(r"^# +(.+)", path.read_text("utf-8"), re.M)
        if heading and heading[1].strip() in needed:
            yield f"it needs {heading[1].strip()!r}, which does not come before it"


def _glue(text: str, executed: NotebookNode) -> Iterator[str]:
    inline = {
        role["text"].partition(":")[0] for role in myst.ROLE.finditer(text) if _glues(role["name"])
    }
    blocks = {fence.argument for fence in myst.fences(text) if _glues(fence.name)}
    used, names = inline | blocks, Counter(glued.names(executed))
    for key in sorted(used - names.keys()):
        yield f"it uses {key!r}, which it does not glue"
    for key in sorted(names.keys() - used):
        if not key.startswith("claim-"):
            yield f"it glues {key!r} and does not use it"
    for key, count in sorted(names.items()):
        if count > 1:
            yield f"it glues {key!r} twice"


def _glues(name: str) -> bool:
    return name.partition(":")[0] == "glue"
