"""The ``quiz`` directive: a question, its choices, and what is to be said about each choice.

.. code-block:: markdown

    ```{quiz}
    Which of the two needs more members?

    - [ ] The common word.
      > Turn it round: the more accidents, the more members.
    - [x] The rare word.
      > …
    ```

The choices are put into an order of their own (`bookbuild.chapters.quiz.shuffled`). On a page every
choice folds (``<details>``): to choose is to open it, by pointer or by keyboard, without a script.
Other formats print the choices as a list, and what is said about them at the end.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from bookbuild.chapters.quiz import MARK, VERDICTS, shuffled


class quiz(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """A question: a title, the question itself, and one ``choice`` for each answer."""


class choice(nodes.General, nodes.Element):  # noqa: N801
    """An answer to choose (a ``choice_text``), and after it what is said when it is chosen."""


class choice_text(nodes.TextElement):  # noqa: N801
    """The words of a choice."""


class QuizDirective(SphinxDirective):
    """Ask one question."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the question, or warn that it is not one."""
        written = [line for line in self.content if MARK.match(line)]
        marks = [line.startswith("- [x]") for line in written]
        plain = StringList(
            [MARK.sub("- ", line) for line in self.content],
            items=list(self.content.items),
        )
        parsed = nodes.container()
        self.state.nested_parse(plain, self.content_offset, parsed)
        wrong = _problem(parsed, marks)
        if wrong:
            return [self.state.document.reporter.warning(f"quiz: {wrong}", line=self.lineno)]
        number = self.env.temp_data.get("quiz", 0) + 1
        self.env.temp_data["quiz"] = number
        node = quiz("", classes=["admonition", "quiz"], number=number)
        node += nodes.paragraph("", f"Question {number}", classes=["admonition-title"])
        node += parsed.children[:-1]
        question = "\n".join(self.content).partition(written[0])[0]
        choices = [MARK.sub("", line) for line in written]
        for place in shuffled(Path(self.env.docname).name, question, choices):
            item, right = parsed[-1].children[place], marks[place]
            feedback = nodes.container("", *item[1].children, classes=["feedback"])
            feedback[0].insert(0, [nodes.strong("", VERDICTS[right]), nodes.Text(" ")])
            text = choice_text("", "", *item[0].children)
            node += choice("", text, feedback, classes=["right" if right else "wrong"])
        return [node]


def _problem(parsed: nodes.Element, marks: list[bool]) -> str:
    """Say what keeps a parsed block from being a question; nothing if it is one."""
    if len(parsed) < 2 or not isinstance(parsed[-1], nodes.bullet_list):
        return "a question comes first, and a list of choices last"
    if len(marks) != len(parsed[-1]) or sum(marks) != 1:
        return "every choice begins with '- [ ]', and exactly one with '- [x]'"
    for item in parsed[-1]:
        kinds = [type(child) for child in item.children]
        if kinds != [nodes.paragraph, nodes.block_quote] or not isinstance(
            item[1][0], nodes.paragraph
        ):
            return f"the choice {item.astext()[:40]!r} lacks its feedback, a quote ('>') below it"
    return ""


class PrintQuizzes(SphinxPostTransform):
    """Where nothing folds, print choices as lists and what is said about them after all else."""

    default_priority = 25

    def run(self, **_kwargs: object) -> None:
        """Run on one document."""
        quizzes = list(self.document.findall(quiz))
        if not quizzes or self.app.builder.format == "html":
            return
        answers = [part for node in quizzes for part in _printed_answers(node)]
        self.document.children[-1].extend([nodes.rubric("", "Answers to the questions"), *answers])
        for node in quizzes:
            choices = [nodes.paragraph("", "", *item[0].children) for item in node.findall(choice)]
            question = [child for child in node.children if not isinstance(child, choice)]
            node.replace_self([*question, _letters(choices)])


def _printed_answers(node: quiz) -> Iterator[nodes.Node]:
    yield nodes.paragraph("", "", nodes.strong("", f"Question {node['number']}"))
    yield _letters([item[1] for item in node.findall(choice)])


def _letters(items: Sequence[nodes.Node]) -> nodes.enumerated_list:
    listed = [nodes.list_item("", item) for item in items]
    return nodes.enumerated_list("", *listed, enumtype="loweralpha", prefix="", suffix=".")


def _visit_quiz(translator, node: quiz) -> None:
    label = {"role": "group", "aria-label": f"Question {node['number']}"}
    translator.body.append(translator.starttag(node, "div", **label))


def _depart_quiz(translator, node: quiz) -> None:
    translator.body.append("</div>\n")


def _visit_choice(translator, node: choice) -> None:
    translator.body.append(translator.starttag(node, "details", CLASS="choice"))


def _depart_choice(translator, node: choice) -> None:
    translator.body.append("</details>\n")


def _visit_text(translator, node: choice_text) -> None:
    translator.body.append("<summary><span>")


def _depart_text(translator, node: choice_text) -> None:
    translator.body.append("</span></summary>\n")


def setup(app: Sphinx) -> None:
    """Register the directive, its nodes and the transform."""
    app.add_node(quiz, html=(_visit_quiz, _depart_quiz))
    app.add_node(choice, html=(_visit_choice, _depart_choice))
    app.add_node(choice_text, html=(_visit_text, _depart_text))
    app.add_directive("quiz", QuizDirective)
    app.add_post_transform(PrintQuizzes)
