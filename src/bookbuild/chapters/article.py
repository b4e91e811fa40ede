"""The article of a built page, with its code laid aside: four tags in five colour a piece of code.

What looks through a page for boxes, links and paragraphs has no need to parse them.
"""

import re

CODE = re.compile(r"(?<=<pre>).*?(?=</pre>)", re.DOTALL)
PLACE = re.compile(r"(?<=<pre>)\d+(?=</pre>)")


def read(page: str) -> tuple[str, list[str]]:
    """Return what a page says itself, and its code.

    Parameters
    ----------
    page : str
        The page's HTML.

    Returns
    -------
    article : str
        The HTML of its article, without the menus around it. Each block of code is a number.
    code : list of str
        The code by these numbers.
    """
    code: list[str] = []

    def lay_aside(place: re.Match) -> str:
        code.append(place[0])
        return str(len(code) - 1)

    end = "</article>"
    return CODE.sub(lay_aside, page[page.index("<article") : page.rindex(end) + len(end)]), code


def whole(html: str, code: list[str]) -> str:
    """Return a piece of an article with its code in place again."""
    return PLACE.sub(lambda place: code[int(place[0])], html)
