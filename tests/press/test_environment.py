"""Environments that were moved, copied or broken are made anew, and nothing outside is touched."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bookbuild import environment
from bookbuild.environment import Environment

pytestmark = pytest.mark.slow

# A book whose press says where it lies, and a builder for it that needs no package index.
PRESS = 'print("built by", __file__)\n'
PYPROJECT = """
[build-system]
requires = []
build-backend = "builder"
backend-path = ["."]
"""
BUILDER = """
import zipfile
from pathlib import Path

def build_editable(folder, config_settings=None, metadata_directory=None):
    name, about = "tiny-1-py3-none-any.whl", "tiny-1.dist-info"
    with zipfile.ZipFile(Path(folder, name), "w") as wheel:
        wheel.writestr("tiny.pth", str(Path("src").resolve()) + "\\n")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(f"{about}/RECORD", "")
    return name
"""
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "UV_OFFLINE": "1"}


def make(checkout: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    """Run make in a checkout, as a person would: without what this test run has set."""
    unset = {"PYTHON", "PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "PIP_FIND_LINKS"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return subprocess.run(
        ["make", *arguments], cwd=checkout, env=kept | OFFLINE | variables,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def built_in(checkout: Path) -> str:
    """Return what the press of a checkout says."""
    return f"built by {checkout / 'src' / 'bookbuild' / '__main__.py'}\n"


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the files below a folder, with what changes when they are written."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_mtime_ns, path.lstat().st_ino)
        for path in folder.rglob("*")
        if path.suffix != ".pyc" and path.name != "__pycache__"
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory, pytestconfig):
    """Return a tiny book without an environment, in a folder whose name needs care."""
    checkout = tmp_path_factory.mktemp("it's 100% é #1") / "a book"
    package = checkout / "src" / "bookbuild"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(PRESS, encoding="utf-8")
    shutil.copy(environment.__file__, package)
    shutil.copy(pytestconfig.rootpath / "Makefile", checkout)
    (checkout / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (checkout / "builder.py").write_text(BUILDER, encoding="utf-8")
    for lock in environment.LOCKS.values():
        (checkout / lock).touch()
    return checkout


@pytest.fixture(scope="module")
def made(written):
    """Return a tiny book with the environment of its site."""
    checkout = written.with_name("made")
    shutil.copytree(written, checkout)
    run = make(checkout, "book")
    assert run.stdout.endswith(built_in(checkout)), run.stderr
    return checkout


@pytest.fixture
def copied(made, tmp_path):
    """Return a copy of that book, environment included."""
    return Path(shutil.copytree(made, tmp_path / "copy", symlinks=True))


def test_a_copy_has_its_own_environment_and_leaves_the_original_alone(made, copied):
    before = contents(made)
    run = make(copied, "book")
    assert run.stdout.endswith(built_in(copied)), run.stderr
    assert contents(made) == before


def test_a_sound_environment_is_left_as_it_is(made):
    for name in ("pyproject.toml", *environment.LOCKS.values()):
        (made / name).touch()
    before = contents(made)
    assert make(made, "book").stdout == built_in(made)
    assert contents(made) == before


def _forget_python(checkout: Path) -> None:
    for path in (checkout / ".venv" / "site" / "bin").glob("python*"):
        path.unlink()
        path.symlink_to("/gone/with/the/upgrade/python3")


def _upgrade_python(checkout: Path) -> None:
    """Leave the packages where another version of Python looks for none."""
    [packages] = (checkout / ".venv" / "site" / "lib").iterdir()
    packages.rename(packages.with_name("python3.1"))


def _stop_half_way(checkout: Path) -> None:
    folder = checkout / ".venv" / "site"
    shutil.rmtree(folder / "lib")
    (folder / "ready").unlink()


def _touch_ready(checkout: Path) -> None:
    """Leave what an older press left: a half-made environment, said to be ready."""
    _stop_half_way(checkout)
    (checkout / ".venv" / "site" / "ready").touch()


def _change_lock(checkout: Path) -> None:
    (checkout / "requirements-site.txt").write_text("# nothing any more\n", encoding="utf-8")


def _put_a_file_there(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv" / "site")
    (checkout / ".venv" / "site").touch()


@pytest.fixture
def sound(copied, made):
    """Return that copy, put right by hand, which takes less time than an installer."""
    inside = copied / ".venv" / "site"
    [path] = inside.glob("lib/python*/site-packages/tiny.pth")
    for file in (path, inside / "ready"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(str(made), str(copied)), encoding="utf-8")
    return copied


@pytest.mark.parametrize(
    "harm",
    [
        _forget_python, _upgrade_python, _stop_half_way, _touch_ready, _change_lock,
        _put_a_file_there,
    ],
)  # fmt: skip
def test_what_no_longer_fits_is_not_sound(monkeypatch, sound, harm):
    monkeypatch.delenv("PYTHON", raising=False)
    assert Environment(sound, "site").is_sound()
    harm(sound)
    assert not Environment(sound, "site").is_sound()


def test_a_renamed_checkout_is_built(sound):
    renamed = sound.rename(sound.with_name("renamed"))
    run = make(renamed, "book")
    assert run.stdout.endswith(built_in(renamed)), run.stderr


def test_what_is_not_sound_is_made_anew(sound):
    _forget_python(sound)
    run = make(sound, "book")
    assert run.stdout.endswith(built_in(sound)), run.stderr


def test_who_names_a_python_gets_it(monkeypatch, sound):
    monkeypatch.setattr(environment, "_kind", lambda: ["cpython-399", "anywhere"])
    monkeypatch.delenv("PYTHON", raising=False)
    assert Environment(sound, "site").is_sound()
    monkeypatch.setenv("PYTHON", "python3.99")
    assert not Environment(sound, "site").is_sound()


def test_two_makes_at_once_wait_for_each_other(written, tmp_path):
    checkout = shutil.copytree(written, tmp_path / "book")
    with ThreadPoolExecutor() as threads:
        runs = list(threads.map(lambda _: make(checkout, "book"), range(2)))
    assert [run.returncode for run in runs] == [0, 0], [run.stderr for run in runs]
    assert sum("Making the environment" in run.stdout for run in runs) == 1


def test_an_environment_outside_the_checkout_is_not_touched(made, copied):
    shutil.rmtree(copied / ".venv")
    (copied / ".venv").symlink_to(made / ".venv")
    before = contents(made)
    run = make(copied, "book")
    assert run.returncode != 0
    assert f"{copied / '.venv'} leads out of this checkout, to {made / '.venv'}" in run.stderr
    assert contents(made) == before


def test_a_link_in_the_place_of_an_environment_is_cut_not_followed(monkeypatch, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    for lock in ("pyproject.toml", *environment.LOCKS.values()):
        (tmp_path / lock).touch()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "site").symlink_to(elsewhere)

    def install(command, *_arguments, **_options):
        (tmp_path / ".venv" / "site").mkdir(exist_ok=True)

    monkeypatch.setattr(environment, "_run", install)
    Environment(tmp_path, "site").provide([])
    assert not (tmp_path / ".venv" / "site").is_symlink()
    assert [path.name for path in elsewhere.iterdir()] == ["kept"]


def test_what_the_lock_leaves_out_is_not_brought_back_by_pip(monkeypatch, tmp_path):
    """Pip would install all that a whole lock asks for, rather than what PyTorch asks for."""
    torch = 'torch==2.9.0 ; sys_platform == "linux"'
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "requirements-site.txt").touch()
    (tmp_path / "requirements.txt").write_text(f"jsonschema==4.26.0\n{torch}\n", "utf-8")
    commands = []

    def install(command, *_arguments, **_options):
        (tmp_path / ".venv" / "full").mkdir(exist_ok=True)
        commands.append([str(word) for word in command[1:]])

    monkeypatch.setattr(environment, "_run", install)
    monkeypatch.setattr(Environment, "_uv_settings", lambda self: {})
    Environment(tmp_path, "full").provide([])
    [*_, pip] = [words for words in commands if words[:3] == ["-I", "-m", "pip"]]
    assert pip[-3:] == ["--constraint", "requirements.txt", torch]


def say(monkeypatch, capsys, checkout: Path) -> str:
    """Return what the tool says where it cannot provide the environment of the site."""
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(sys, "argv", ["environment.py", ".venv/site"])
    assert environment.main() == 1
    return capsys.readouterr().err


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_missing_modules_are_named_with_the_package_that_brings_them(
    monkeypatch, capsys, written, module
):
    monkeypatch.setitem(sys.modules, module, None)
    assert say(monkeypatch, capsys, written) == (
        "make: the modules venv and ensurepip are needed to make an environment; on Debian and "
        "Ubuntu: apt install python3-venv\n"
    )


def test_a_user_without_a_home_is_told_to_set_one(monkeypatch, capsys, written):
    def nowhere():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    said = "make: HOME is not set and this user has no home: set HOME to a folder to write\n"
    assert say(monkeypatch, capsys, written) == said


def test_a_place_that_cannot_be_written_is_named(monkeypatch, capsys, written, tmp_path):
    checkout = shutil.copytree(written, tmp_path / "book")
    (checkout / ".venv").touch()
    [line] = say(monkeypatch, capsys, checkout).splitlines()
    assert line.startswith("make: .venv/site cannot be made: ")
    assert str(checkout / ".venv") in line


def test_an_old_python_is_named(written, tmp_path):
    old = tmp_path / "python3"
    old.write_text(
        f"""#!/bin/sh
exec {sys.executable} -c 'import sys; sys.version_info = (3, 8, 10); exec(sys.argv[1])' "$2"
"""
    )
    old.chmod(0o755)
    run = make(written, "book", f"PYTHON={old}")
    assert run.returncode != 0
    assert "make: Python 3.11 or newer is needed; " in run.stderr
    assert "is 3.8. Name another one: make PYTHON=python3.12" in run.stderr


def test_the_oldest_python_that_still_works_is_the_one_that_the_package_asks_for(pytestconfig):
    package, makefile = (
        pytestconfig.rootpath.joinpath(name).read_text(encoding="utf-8")
        for name in ("pyproject.toml", "Makefile")
    )
    [wanted] = re.findall(r'requires-python = ">=(\d+)\.(\d+)"', package)
    assert "sys.version_info >= ({}, {})".format(*wanted) in makefile
    assert "Python {}.{} or newer".format(*wanted) in makefile
