"""Elements of a built page, as what they must be: there, and with attributes that are words."""

from bs4 import Tag


def first(within: Tag, selector: str) -> Tag:
    """Return the first element below another that a CSS selector finds.

    Raises
    ------
    ValueError
        If there is none.
    """
    element = within.select_one(selector)
    if element is None:
        raise ValueError(
            f"the built page has no {selector!r} below {_opening(within)}: "
            "build the site anew, with `make book`"
        )
    return element


def attribute(element: Tag, name: str) -> str:
    """Return an attribute that an element has; several values are parted by spaces."""
    value = element[name]
    return value if isinstance(value, str) else " ".join(value)


def classes(element: Tag) -> list[str]:
    """Return the classes of an element, none if it has none."""
    value = element.get("class") or ()
    return value.split() if isinstance(value, str) else list(value)


def _opening(element: Tag) -> str:
    attributes = "".join(
        f' {name}="{attribute(element, name)}"' for name in ("id", "class") if element.get(name)
    )
    return f"<{element.name}{attributes}>"
