"""The interface of the chapters' library, read from its source without importing it.

``.. interface:: package.module`` describes what a module offers: what its ``__all__`` names, or
else the functions, classes and constants that it defines. Names in docstrings and signatures lead
to what they name, where that is on a page, and so do those on the pages that the setting
``interface_names_on`` lists: there, a name that is on no page is an error.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import griffe
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.addnodes import desc_parameter, pending_xref
from sphinx.application import Sphinx
from sphinx.config import Config as SphinxConfig
from sphinx.environment import BuildEnvironment
from sphinx.ext.napoleon import Config, NumpyDocstring
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import make_refnode

from bookbuild import repository
from bookbuild.chapters import requirements
from bookbuild.repository import Repository

NAME = re.compile(r"([a-z_]+(?:\.\w+)+)(?:\(\w+\))?")  # optimal.critical_mass(success)
Member = Any  # of griffe: a module, a class, a function, a value, or another name of one
QUOTED = re.compile(r"``.*?``|`([^`]+)`|\|")
BARE = {"|": r"\|"}
LONGEST = 60  # letters of a constant's value
SOURCES = "_sources/src"
STYLE = Config(
    napoleon_use_param=False,
    napoleon_use_rtype=False,
    napoleon_custom_sections=[("Attributes", "params_style")],
)


@cache
def library() -> griffe.ModulesCollection:
    """Return the packages that the chapters import."""
    loader = griffe.GriffeLoader(
        search_paths=[folder.parent for folder in requirements.library()], allow_inspection=False
    )
    for name in requirements.PACKAGES:
        loader.load(name)
    loader.resolve_aliases(external=False)
    return loader.modules_collection


def described(name: str) -> Iterator[str]:
    """Yield the lines that describe a module, in reStructuredText.

    Raises
    ------
    ValueError
        If the library has no such module.
    """
    try:
        module = library()[name]
    except KeyError:
        raise ValueError(f"there is no module {name} in the library") from None
    yield from (f".. py:currentmodule:: {name}", "", *_words(module), "")
    for member in _offered(module):
        yield from _member(member)


def _offered(module: Member) -> list[Member]:
    """Return the members of a module that are for others, in the order of its source."""
    if module.exports is not None:
        members = [_find(module, str(name)) for name in module.exports]
        return [member for member in members if not _target(member).is_module]
    offered = {member.canonical_path for member in _offered(module.parent)} if module.parent else {}
    return [
        member
        for member in module.members.values()
        if not (member.is_alias or member.is_module or member.name.startswith("_"))
        and member.path not in offered
        and (member.has_docstring or (member.is_attribute and member.name.isupper()))
    ]


def _find(module: Member, name: str) -> Member:
    """Return what a package offers, also where it is loaded when it is first asked for.

    Raises
    ------
    ValueError
        If it is nowhere.
    """
    places = [module]
    for place in places:
        if name in place.members:
            return _namesake(place.members[name])
        places += place.modules.values()
    raise ValueError(f"{module.path} offers {name} in its __all__, and has no such thing")


def _namesake(member: Member) -> Member:
    """Return what a module names, where one of its own modules has that name too."""
    target = _target(member)
    return target.members.get(target.name, member) if target.is_module else member


def _target(member: Member) -> Member:
    """Return what a name that was imported stands for."""
    return member.final_target if member.is_alias else member


def _member(member: Member) -> Iterator[str]:
    """Yield the lines that describe a function, a class or a constant."""
    if member.is_attribute:
        value = str(member.value)
        yield from (f".. py:data:: {member.name}", f"   :canonical: {member.canonical_path}")
        yield from [f"   :value: {value}"] if len(value) <= LONGEST else []
        yield from ("", *_indented(_words(member)), "")
        return
    kind = "class" if member.is_class else "function"
    yield f".. py:{kind}:: {member.signature() or member.name}"
    yield from (f"   :canonical: {member.canonical_path}", "", *_indented(_words(member)), "")
    for part in member.members.values() if member.is_class else ():
        field = part.is_attribute and "property" not in part.labels
        if part.has_docstring and not (field or part.name.startswith("_")):
            yield from _indented(_part(part))


def _part(member: Member) -> list[str]:
    """Return the lines that describe a method or a property of a class."""
    if member.is_attribute:
        header = [f".. py:property:: {member.name}", f"   :type: {member.annotation}"]
    else:
        kinds = [kind for kind in ("classmethod", "staticmethod") if kind in member.labels]
        header = [f".. py:method:: {member.signature()}", *(f"   :{kind}:" for kind in kinds)]
    return [*header, "", *_indented(_words(member)), ""]


def _words(member: Member) -> list[str]:
    """Return the lines of a docstring, with names as references and bars as bars."""
    if member.docstring is None:
        return []
    text = QUOTED.sub(
        lambda found: f":py:obj:`{found[1]}`" if found[1] else BARE.get(found[0], found[0]),
        member.docstring.value,
    )
    return NumpyDocstring(text, STYLE).lines()  # ty: ignore[invalid-argument-type]  # napoleon's own


def _indented(lines: list[str]) -> list[str]:
    return [f"   {line}" if line else line for line in lines]


class Interface(Directive):
    """``.. interface:: package.module``, in a page's ``eval-rst``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return what describes the module."""
        try:
            lines = list(described(self.arguments[0]))
        except ValueError as error:
            raise self.error(str(error)) from None
        held = nodes.Element()
        self.state.nested_parse(StringList(lines, source=self.arguments[0]), 0, held)
        module = library()[self.arguments[0]]
        for reference in list(held.findall(pending_xref)):
            if reference["reftype"] == "class" and not _is_ours(reference, module):
                reference.replace_self(reference.children)
        for parameter in held.findall(desc_parameter):
            _lighten(parameter)
        return held.children


def _is_ours(reference: pending_xref, module: Member) -> bool:
    """Whether a type is the library's; if so its reference gets the whole name."""
    with suppress(griffe.NameResolutionError):
        name = module.resolve(reference["reftarget"])
        if name.startswith(requirements.PACKAGES):
            reference["reftarget"] = name
            return True
    return False


def _lighten(parameter: desc_parameter) -> None:
    """Leave a parameter its name, its references, and plain text between them."""
    pieces: list[nodes.Node] = []
    for text in list(parameter.findall(nodes.Text)):
        if not pieces or isinstance(text.parent, pending_xref):
            pieces.append(text.parent)
        elif isinstance(pieces[-1], nodes.Text):
            pieces[-1] = nodes.Text(pieces[-1] + text)
        else:
            pieces.append(text)
    parameter[:] = pieces


class LinkNames(SphinxTransform):
    """Make each name in code on the pages of ``interface_names_on`` a reference."""

    default_priority = 500

    def apply(self, **_kwargs: object) -> None:
        """Run on one page."""
        if self.env.docname not in self.config.interface_names_on:
            return
        for literal in list(self.document.findall(nodes.literal)):
            if named := NAME.fullmatch(literal.astext()):
                reference = pending_xref(
                    reftarget=named[1], refdomain="py", reftype="name", refwarn=True
                )
                literal.replace_self(reference)
                reference += literal


def lead_to_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Node | None:
    """Resolve a name by its end, such as ``optimal.margins``; let others in docstrings be words.

    What a class holds, and has no description of its own, is where the class is.
    """
    if node.get("refdomain") != "py":
        return None
    target, named = node["reftarget"], node["reftype"] == "name"
    ends = [target, target.rpartition(".")[0]] if named else [target]
    for end in ends:
        places = _places(env, end) if "." in end else set()
        if len(places) == 1:
            [(docname, place)] = places
            return make_refnode(app.builder, node["refdoc"], docname, place, content, target)
    return None if named else content


def _places(env: BuildEnvironment, name: str) -> set[tuple[str, str]]:
    """Return where names that end like this are described, as pages and anchors there."""
    return {
        (entry.docname, entry.node_id)
        for full, entry in env.domains["py"].objects.items()
        if full.endswith(f".{name}")
    }


def follow_repository(app: Sphinx, config: SphinxConfig) -> None:
    """Let each description lead to its source: in the repository, or in a copy beside the pages."""
    options = config.html_theme_options
    found = repository.parse(
        *(options.get(f"repository_{key}") for key in ("url", "branch", "provider"))
    )
    config.linkcode_resolve = partial(_source, found)


def _source(found: Repository | None, domain: str, info: dict[str, str]) -> str | None:
    """Return the address of the source of a function, method or class; a field has none."""
    try:
        first, *rest = info["fullname"].split(".")
        member = _find(library()[info["module"]], first)
        member = member[rest] if rest else member
    except (
        KeyError,
        ValueError,
    ):  # what only a docstring names, or is not Python
        return None
    if member.is_attribute:
        return None
    member = member.final_target if member.is_alias else member
    path = member.relative_package_filepath.as_posix()
    if found:
        return f"{found.file(f'src/{path}')}#L{member.lineno}"
    kind = "class" if member.is_class else "def"
    return f"../{SOURCES}/{path}.txt#:~:text={quote(f'{kind} {member.name}')}"


def copy_sources(app: Sphinx, exception: Exception | None) -> None:
    """Put the source that descriptions lead to beside the pages, if they lead there."""
    used = app.env.domains["py"].objects and not app.config.html_theme_options.get("repository_url")
    if exception or not used:
        return
    for folder in requirements.library():
        for path in folder.rglob("*.py"):
            inside = path.relative_to(folder.parent)
            target = Path(app.outdir, SOURCES, f"{inside}.txt")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def setup(app: Sphinx) -> None:
    """Add the directive, and what makes names lead to what they name."""
    app.setup_extension("sphinx.ext.linkcode")
    app.add_config_value("interface_names_on", [], "env", [list])
    app.add_directive("interface", Interface)
    app.add_transform(LinkNames)
    app.connect("config-inited", follow_repository, priority=501)
    app.connect("missing-reference", lead_to_name)
    app.connect("build-finished", copy_sources)
