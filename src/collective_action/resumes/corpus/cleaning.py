"""From the bytes of a published résumé to plain text."""

import html
import re

_INLINE = re.compile(r"</?(?:a|abbr|b|em|font|i|mark|small|span|strong|sub|sup|u)\b[^<>]*>", re.I)
_BLOCK = re.compile(r"</?[a-z][^<>]*>|<!--.{0,2000}?-->", re.I | re.S)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff]")
PASSES = 3  # markup that was escaped, and escaped again


def decode(data: bytes) -> tuple[str, bool] | None:
    """Return the text of some bytes and whether it is UTF-8, or None if they are no text.

    What is not UTF-8 is read as Windows-1252, the superset of Latin-1 that gives the bytes 80 to 9F
    the quotation marks and bullets which people meant; where that fails too, as Latin-1. Bytes with
    a NUL (UTF-16, pictures, archives) are no text in any of these.
    """
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), False
    except UnicodeDecodeError:
        return data.decode("latin-1"), False


def plain(text: str) -> str:
    """Return the text without markup, entities, control characters and needless white space.

    Inline tags such as `<span class="hl">` vanish, others become a space. A "<" that opens no tag
    stays. Lines stay lines; empty ones go.
    """
    for _ in range(PASSES):
        before = text
        text = html.unescape(_BLOCK.sub(" ", _INLINE.sub("", text)))
        if text == before:
            break
    lines = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def has_markup(text: str) -> bool:
    """Return whether the text holds something that `plain` would remove as a tag."""
    return bool(_BLOCK.search(text))
