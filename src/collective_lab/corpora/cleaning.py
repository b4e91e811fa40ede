"""From the bytes of a published résumé to plain text."""

import html
import re

_INLINE_NAMES = "a|abbr|b|code|em|font|i|mark|s|small|span|strike|strong|sub|sup|tt|u"
_BLOCK_NAMES = (
    "address|article|aside|big|blockquote|body|br|button|caption|center|cite|col|colgroup|dd|del|"
    "details|dfn|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|"
    "header|hr|html|iframe|img|input|ins|kbd|legend|li|link|main|menu|meta|nav|noscript|ol|"
    "optgroup|option|p|pre|q|samp|script|section|select|style|table|tbody|td|textarea|tfoot|th|"
    "thead|title|tr|ul|var|[ovwm]:[a-z]+|st1:[a-z]+"  # the last are a word processor's
)
_ATTRIBUTES = (
    r"(?:\s+(?:[a-z][\w:-]*\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+)"
    r"|checked|compact|disabled|hidden|nowrap|selected))*\s*/?>"
)
_INLINE = re.compile(rf"<(?P<end>/?)(?P<name>{_INLINE_NAMES}){_ATTRIBUTES}", re.I)
_BLOCK = re.compile(rf"</?(?:{_BLOCK_NAMES}){_ATTRIBUTES}|<!--.{{0,2000}}?-->", re.I | re.S)
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

    Inline tags of HTML such as `<span class="hl">` vanish, others become a space. All else in angle
    brackets stays: `vector<int>`, `if a<b and c>d`, an address. Lines stay lines; empty ones go.
    """
    for _ in range(PASSES):
        before = text
        text = html.unescape(_BLOCK.sub(" ", _without_inline_tags(text)))
        if text == before:
            break
    lines = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def has_markup(text: str) -> bool:
    """Return whether the text holds something that `plain` would remove as a tag."""
    return bool(_BLOCK.search(text)) or _without_inline_tags(text) != text


def _without_inline_tags(text: str) -> str:
    """Return the text without inline elements' tags; a tag that nothing closes is none."""
    closed = {tag["name"].lower() for tag in _INLINE.finditer(text) if tag["end"]}
    return _INLINE.sub(lambda tag: "" if tag["name"].lower() in closed else tag[0], text)
