"""Lead the pages of a built site to the PDF, once it is there: a link to it is never dead."""

import os.path
import re
from pathlib import Path

from bookbuild import atomic

NAME = "algorithmic-collective-action.pdf"
# What a page says of the PDF, `[words]{.to-pdf}` in Markdown.
WORDS = re.compile(r'<span class="to-pdf">(.*?)</span>', re.DOTALL)
# The theme's entry that prints a page, in the menu of downloads.
MENU = re.compile(r'<button onclick="window\.print\(\)".*?</li>', re.DOTALL)
ENTRY = """
<li><a href="{address}" class="btn btn-sm dropdown-item" title="The whole book, as one PDF"
 data-bs-placement="left" data-bs-toggle="tooltip">
<span class="btn__icon-container"><i class="fas fa-book"></i></span>
<span class="btn__text-container">book.pdf</span></a></li>"""


def lead(site: Path) -> None:
    """Turn the words on the PDF into links, and name it in each page's menu of downloads.

    A page that leads to it already is left alone.
    """
    for path in sorted(site.rglob("*.html")):
        if "_static" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        address = Path(os.path.relpath(site / NAME, path.parent)).as_posix()
        if f'href="{address}"' in text:
            continue
        entry = ENTRY.format(address=address)
        linked = WORDS.sub(rf'<a class="to-pdf" href="{address}">\1</a>', text)
        linked = MENU.sub(lambda menu, entry=entry: menu[0] + entry, linked, count=1)
        if linked != text:
            atomic.write_text(path, linked)
