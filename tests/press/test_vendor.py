"""What is served from our own site is what ``package.json`` pins."""

import json
import re
from pathlib import Path

import vendor
from support.books import THIS_BOOK

ROOT = THIS_BOOK.root
TOOLS = {"esbuild", "subset-font"}  # make what is served, and are not served themselves
PINS = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


def test_notices_name_the_pinned_versions() -> None:
    for folder, key in ((vendor.SITE, "dependencies"), (vendor.TESTS, "devDependencies")):
        notice = (ROOT / folder / "NOTICE.txt").read_text(encoding="utf-8")
        served = {name: pin for name, pin in PINS[key].items() if name not in TOOLS}
        assert dict(re.findall(r"^(\S+) (\d[\d.]*) \(", notice, re.MULTILINE)) == served


def test_every_copy_is_there_with_its_licence() -> None:
    for folder, patterns in vendor.parts().values():
        assert list((ROOT / folder).glob("LICENSE*")), folder
        for pattern in patterns:
            name = pattern.removeprefix("es5/") if "es5" in pattern else Path(pattern).name
            assert list((ROOT / folder).glob(name)), f"{folder}/{name}"


def test_lock_is_exact_and_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    for name, package in lock["packages"].items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


def test_every_icon_of_the_pages_is_drawn() -> None:
    drawn = (ROOT / vendor.SITE / "fontawesome" / "icons.css").read_text(encoding="utf-8")
    assert "<" not in drawn
    for name in ("bars", "magnifying-glass", "github", "gitlab", "rocket", "pencil-alt"):
        assert f".fa-{name} {{ --icon: url(" in drawn
