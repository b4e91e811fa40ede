"""Command line of the press: ``bookbuild --help``."""

import argparse
import ast
import sys

from bookbuild.book import VARIABLE, find_book
from bookbuild.gates import SUITES

# Each command imports what it needs, so that the site's small environment can run its own.


def _execute(book, arguments) -> int:
    from bookbuild.chapters.execute import ChapterError, write_chapter

    for name in book.select(arguments.chapters):
        print(f"{name} … ", end="", flush=True)
        try:
            execution = write_chapter(book, name)
        except ChapterError as error:
            print("raised", flush=True)
            print(error, file=sys.stderr)
            return 1
        print(f"{execution.seconds} s, {execution.peak_megabytes} MB")
    return 0


def _papermill(book, arguments) -> int:
    from bookbuild.chapters.execute import ChapterError, papermill_chapters

    failed = False
    names = book.select(arguments.chapters)
    for name, result in papermill_chapters(book, names, dict(arguments.parameter), arguments.jobs):
        if isinstance(result, ChapterError):
            failed = True
            print(f"{name} … raised", flush=True)
            print(result, file=sys.stderr)
        else:
            print(f"{name} … {result}", flush=True)
    return 1 if failed else 0


def _report(problems: list[str], fine: str) -> int:
    for message in problems:
        print(message, file=sys.stderr)
    print(fine if not problems else f"problems: {len(problems)}")
    return 1 if problems else 0


def _compare(book, arguments) -> int:
    from bookbuild.chapters.compare import problems

    names = book.select(arguments.chapters)
    return _report(problems(book, names), f"{len(names)} chapters agree with their notebooks")


def _rules(book, arguments) -> int:
    from bookbuild.chapters import rules

    names = book.select(arguments.chapters)
    return _report(rules.check(book, names), f"{len(names)} chapters keep the rules")


def _renew(book, arguments) -> int:
    from bookbuild.chapters.renew import renew

    renewed = [name for name in book.select(arguments.chapters) if renew(book, name)]
    print(f"{len(renewed)} notebooks renewed, none executed")
    return 0


def _check(book, _arguments) -> int:
    from bookbuild.site.check import problems

    return _report(problems(book), f"{book.site}: every page, link and picture is there")


def _site(book, _arguments) -> int:
    from bookbuild.site import lean

    lean.leave_out()
    from bookbuild.site.build import build

    return build(book)


def _serve(book, arguments) -> int:
    from bookbuild.site import serve

    return serve.run(book, arguments.port, arguments.page)


def _pdf(book, _arguments) -> int:
    from bookbuild.editions.pdf import press
    from bookbuild.editions.pdf.browser import NoBrowserError
    from bookbuild.gates import SKIPPED

    try:
        path = press.make(book)
    except NoBrowserError as error:
        print(error, file=sys.stderr)
        return SKIPPED
    print(f"The whole book is printed: {path}, {path.stat().st_size / 1e6:.1f} MB")
    return 0


def _slides(book, _arguments) -> int:
    from bookbuild.editions.slides import deck

    pages = deck.write(book)
    print("\n".join(str(page) for page in pages))
    return 0


def _student(book, _arguments) -> int:
    from bookbuild.editions import student

    print(f"The student edition is written: {student.write(book)}")
    return 0


def _instructors(book, _arguments) -> int:
    from bookbuild.chapters.execute import ChapterError
    from bookbuild.editions import instructors
    from bookbuild.site.build import build

    try:
        return build(instructors.prepare(book))
    except ChapterError as error:
        print(error, file=sys.stderr)
        return 1


def _test(book, arguments) -> int:
    from bookbuild import gates

    return 0 if gates.run(book, arguments.suite) else 1


def _parameter(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form name=value")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def main() -> int:
    """Parse the command line, run one command, return its exit status."""
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument(
        "--book", metavar="DIR",
        help="the folder that holds _config.yml and _toc.yml; default: the one that the "
        f"environment variable {VARIABLE} names, else the nearest at or above this one",
    )  # fmt: skip
    parser = argparse.ArgumentParser(prog="bookbuild", parents=[shared], description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, function, help_text in (
        ("execute", _execute, "execute chapters and write the notebooks that are committed"),
        ("papermill", _papermill, "re-execute chapters with other parameters, below _build/"),
        ("compare", _compare, "compare chapters with their executed notebooks"),
        ("rules", _rules, "say which of the authors' rules chapters break"),
        ("renew", _renew, "bring prose and addresses into the notebooks, executing nothing"),
        ("site", _site, "build the site from the executed notebooks"),
        ("serve", _serve, "build the site and serve it on this machine"),
        ("slides", _slides, "draw the decks anew from the built site"),
        ("student", _student, "write the student edition, below _build/"),
        ("pdf", _pdf, "print the built site as one PDF, and link to it"),
        ("instructors", _instructors, "build the site with private solutions, below _build/"),
        ("check", _check, "check the built site"),
        ("test", _test, "run a suite of gates: quick, whole (the default) or elsewhere"),
    ):
        command = commands.add_parser(name, parents=[shared], help=help_text, description=help_text)
        command.set_defaults(function=function)
        if name in ("execute", "papermill", "compare", "rules", "renew"):
            command.add_argument("chapters", nargs="*", metavar="CHAPTER", help="default: all")
        if name == "serve":
            command.add_argument("--port", default="8000", help="default: 8000")
            command.add_argument("page", nargs="?", default="index.html", help="the page to name")
        if name == "papermill":
            command.add_argument(
                "-p", dest="parameter", type=_parameter, action="append", default=[],
                metavar="NAME=VALUE", help="a parameter, such as scale=laptop",
            )  # fmt: skip
            command.add_argument("--jobs", type=int, default=1, help="chapters at a time")
        if name == "test":
            command.add_argument("suite", nargs="?", default="whole", choices=SUITES)
    arguments = parser.parse_args()
    try:
        return arguments.function(find_book(vars(arguments).get("book")), arguments)
    except ValueError as error:
        print(f"bookbuild: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
