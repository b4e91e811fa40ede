"""A checkout holds the same bytes whatever Git was told about the ends of lines."""

import shutil
import subprocess

import pytest

TEXTS = [".ci/run", "Makefile", "requirements.txt", "book/index.md", "src/bookbuild/site/build.py"]
BINARY = "book/assets/screenshot.png"


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
def test_a_clone_that_asks_for_carriage_returns_has_none(pytestconfig, tmp_path):
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    for name in (".gitattributes", BINARY, *TEXTS):
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(pytestconfig.rootpath / name, origin / name)

    def git(*arguments):
        author = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *author, *arguments], cwd=origin, check=True, capture_output=True)

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--no-verify", "--message", "All")
    git("clone", "--quiet", "--config", "core.autocrlf=true", str(origin), str(clone))
    for name in (BINARY, *TEXTS):
        assert (clone / name).read_bytes() == (origin / name).read_bytes(), name
