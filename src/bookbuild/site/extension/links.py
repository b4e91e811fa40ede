"""Links from a page to its source, all following one setting, ``repository.url``.

While the address is empty there are no launch, edit or repository buttons. Once it is set they
appear: launch buttons open the executed notebook, source and edit links the authored chapter. A
chapter's two files can be downloaded either way.
"""

import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

from bookbuild import repository

REPOSITORY_BUTTONS = ("repository", "source", "edit_page", "issues")
AUTHORED = {"notebooks/": "chapters/"}


def authored(srcdir: Path, pagename: str) -> str | None:
    """Return the authored file behind a page that shows a notebook, relative to the source folder.

    Parameters
    ----------
    srcdir : Path
        The site's source folder.
    pagename : str
        Page, such as ``notebooks/the-model``.

    Returns
    -------
    str or None
        Such as ``chapters/the-model.md``; ``None`` where the page itself is the authored file.
    """
    for executed, written in AUTHORED.items():
        if pagename.startswith(executed):
            path = f"{written}{pagename.removeprefix(executed)}.md"
            if Path(srcdir, path).is_file():
                return path
    return None


def follow_repository(app: Sphinx, config: Config) -> None:
    """Switch every link to the repository on or off together, whatever form its address has."""
    options = config.html_theme_options
    try:
        address = repository.parse(
            *(options.get(f"repository_{key}") for key in ("url", "branch", "provider"))
        )
    except ValueError as error:
        raise ConfigError(str(error)) from None
    for button in REPOSITORY_BUTTONS:
        options[f"use_{button}_button"] = address is not None
    if address is None:
        options.pop("repository_url", None)
        options.pop("launch_buttons", None)
        return
    options |= {
        "repository_url": address.url,
        "repository_branch": address.branch,
        "repository_provider": address.forge,
    }
    if not address.on_colab:
        options.get("launch_buttons", {}).pop("colab_url", None)


def launch_on_binder(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Correct the theme's address for Binder: it knows no subgroups and no other hosts."""
    options = app.config.html_theme_options
    keys = ("repository_url", "repository_branch", "repository_provider")
    for group in context["header_buttons"]:
        for button in group.get("buttons", []):
            if button.get("text") == "Binder":
                address = repository.parse(*(options[key] for key in keys))
                if address is None:
                    raise ValueError("the theme shows a Binder button without repository_url")
                start, _, end = button["url"].partition("?")
                start = start.partition("/v2/")[0]
                button["url"] = f"{start}/{address.on_binder}?{end}"


def lead_to_authored(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Make the source, edit and download buttons of a chapter lead to its authored file."""
    source = authored(Path(app.srcdir), pagename)
    if source is None or doctree is None:
        return
    shown = f"{pagename}{context['page_source_suffix']}"
    for group in context["header_buttons"]:
        for button in group.get("buttons", []):
            if button.get("label") in ("source-file-button", "source-edit-button"):
                button["url"] = button["url"].replace(shown, source)
        if group.get("label") == "download-buttons":
            target = Path(app.outdir, "_sources", source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(app.srcdir, source), target)
            group["buttons"].insert(0, {
                "type": "link",
                "url": f"{context['pathto']('_sources', 1)}/{source}",
                "text": ".md",
                "tooltip": "Download the chapter as written",
                "icon": "fas fa-file",
                "label": "download-authored-button",
            })  # fmt: skip


def setup(app: Sphinx) -> None:
    """Connect to the events before and after the theme makes its buttons (at 501)."""
    app.connect("config-inited", follow_repository)
    app.connect("html-page-context", launch_on_binder, priority=502)
    app.connect("html-page-context", lead_to_authored, priority=502)
