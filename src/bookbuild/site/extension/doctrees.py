"""Number pages from the doctrees in memory.

Sphinx loads a page from disk to number its boxes and figures, and again for each reference to one
of them, though it holds every page that it has just read.
"""

from functools import cache

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def look_in_memory(app: Sphinx, env: BuildEnvironment) -> None:
    """Let pages that were read be numbered as they are held: nothing has changed them yet."""
    held, load = env._write_doc_doctree_cache, env.get_doctree

    def get_doctree(docname: str) -> nodes.document:
        return held[docname] if docname in held else load(docname)

    env.get_doctree = get_doctree


def forget(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Leave the environment as it was, to be stored; name no further page to be written."""
    del env.get_doctree
    return []


def load_once(app: Sphinx, env: BuildEnvironment) -> None:
    """Load a page that was read at most once while references are resolved.

    That changes what is held. A page that was not read is loaded to be written, and then changed.
    """
    read, load = set(env._write_doc_doctree_cache), env.get_doctree
    loaded = cache(load)
    env.get_doctree = lambda docname: loaded(docname) if docname in read else load(docname)


def setup(app: Sphinx) -> None:
    """Run around the numbering of boxes and figures, and before references are resolved."""
    app.connect("env-updated", look_in_memory)
    app.connect("env-get-updated", forget, priority=900)
    app.connect("env-check-consistency", load_once)
