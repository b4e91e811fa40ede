"""The version and the day of a release are the same wherever they stand."""

import re
import tomllib

import yaml

from support.books import THIS_BOOK

ROOT = THIS_BOOK.root
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]


def test_the_changelog_the_citation_and_the_package_name_one_release():
    version, day = re.search(r"^## (\S+), (.+)$", CHANGES, re.M).groups()
    assert version == PROJECT["version"] == CITATION["version"]
    assert day == CITATION.get("date-released", "not yet released")


def test_the_hooks_run_the_linter_that_the_book_pins():
    [ruff] = [hook["rev"] for hook in HOOKS if hook["repo"].endswith("/ruff-pre-commit")]
    assert f"ruff=={ruff.removeprefix('v')}" in PROJECT["optional-dependencies"]["dev"]


def test_no_hook_of_our_own_needs_pytorch():
    [own] = [hook["hooks"] for hook in HOOKS if hook["repo"] == "local"]
    assert all(hook["entry"].startswith(".venv/site/bin/python -m bookbuild ") for hook in own)
