"""Leave out of each page the scripts and style sheets of extensions that nothing on it needs."""

from sphinx.application import Sphinx

# A word in a script's or style sheet's name, or in a script on the page itself: what a page that
# needs it holds.
NEEDED_BY = {
    "clipboard": 'class="highlight',
    "copybutton": 'class="highlight',
    "design-tabs": 'class="sd-tab-set',
    "mathjax/": 'class="math',
    "toggle": 'class="toggle',
}


def leave_out(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Drop what one page does not need."""
    body = context.get("body", "")
    for kind in ("script_files", "css_files"):
        context[kind][:] = [file for file in context[kind] if _is_needed(file, body)]


def _is_needed(file, body: str) -> bool:
    name = f"{file.filename or ''} {file.attributes.get('body', '')}"
    return all(mark in body for word, mark in NEEDED_BY.items() if word in name)


def setup(app: Sphinx) -> None:
    """Run once all scripts of a page are known."""
    app.connect("html-page-context", leave_out, priority=900)
