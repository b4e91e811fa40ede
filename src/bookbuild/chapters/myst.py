"""The one grammar of MyST here: the fences of a text, and the directives and roles among them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

DIRECTIVE = re.compile(r"\{(?P<name>[\w:+-]+)\} *(?P<argument>.*)")
OPTION = re.compile(r":(?P<name>[\w-]+):(?: +(?P<value>.*))?")
ROLE = re.compile(r"\{(?P<name>[\w:+-]+)\}`(?P<text>[^`]+)`")
BLOCKS = MarkdownIt("commonmark").use(front_matter_plugin).use(colon_fence_plugin).disable("inline")


@dataclass(frozen=True)
class Fence:
    """A fenced block: a directive, or a block of code.

    Parameters
    ----------
    name, argument : str
        The directive's name, such as ``prf:theorem``, and what stands behind it. The name is empty
        for a block of code, whose language is the argument.
    options : dict of str to str
        The directive's options.
    body : str
        What is inside, without the options.
    mark : str
        The characters that fence it.
    start, end : int
        Where it lies in its text: from its first fence up to the end of its last.
    """

    name: str
    argument: str
    options: dict[str, str]
    body: str
    mark: str
    start: int
    end: int

    @property
    def label(self) -> str:
        """Its label, empty if it has none."""
        return self.options.get("label", "")

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return self.options.get("class", "").split()


def fences(text: str, *names: str) -> list[Fence]:
    """Return the outermost fenced blocks of a text, in order.

    Parameters
    ----------
    text : str
        MyST, with or without front matter.
    *names : str
        Names of directives to keep; without any, all blocks are returned.
    """
    lines = [0]
    for line in text.split("\n"):
        lines.append(lines[-1] + len(line) + 1)
    blocks = [
        _fence(token, text, lines)
        for token in BLOCKS.parse(text)
        if token.type in ("fence", "colon_fence")
    ]
    return [fence for fence in blocks if not names or fence.name in names]


def replace(text: str, instead_of: Callable[[Fence], str | None]) -> str:
    """Return a text with its outermost fenced blocks replaced; None leaves one as it is."""
    parts, start = [], 0
    for fence in fences(text):
        instead = instead_of(fence)
        if instead is not None:
            parts += [text[start : fence.start], instead]
            start = fence.end
    return "".join([*parts, text[start:]])


def directive(information: str) -> tuple[str, str]:
    """Return the name and the argument behind a fence; the name is empty if it is no directive."""
    match = DIRECTIVE.fullmatch(information.strip())
    return (match["name"], match["argument"].strip()) if match else ("", information.strip())


def options(content: str) -> tuple[dict[str, str], str]:
    """Return a directive's options, and its content without them."""
    lines = content.split("\n")
    if lines[0].strip() == "---" and "---" in lines[1:]:
        end = lines.index("---", 1)
        read = yaml.safe_load("\n".join(lines[1:end])) or {}
        return {name: str(value) for name, value in read.items()}, "\n".join(lines[end + 1 :])
    chosen = {}
    for line in lines:
        match = OPTION.fullmatch(line.rstrip())
        if not match:
            break
        chosen[match["name"]] = match["value"] or ""
    return chosen, "\n".join(lines[len(chosen) :])


def _fence(token: Token, text: str, lines: list[int]) -> Fence:
    name, argument = directive(token.info)
    chosen, body = options(token.content) if name else ({}, token.content)
    assert token.map is not None, "a fence is a block, and blocks know their lines"
    first, last = token.map
    end = min(lines[last] - 1, len(text))
    return Fence(name, argument, chosen, body, token.markup, lines[first], end)
