"""Provide the environment that a command of the Makefile runs in: make it unless it is sound.

Run by the system's Python, so it imports nothing from outside the standard library. An environment
lies in the checkout that it serves, in ``.venv/site`` or ``.venv/full``. What it was made for is
written to its file ``ready`` when all else is done. One that was moved, copied, left half-made or
deprived of its Python no longer fits that record, and is made anew.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

LOCKS = {"site": "requirements-site.txt", "full": "requirements.txt"}
SIZES = {"site": "300 MB", "full": "2 GB, a few minutes"}
PIP_ONLY = "torch"  # its wheels may come from where only pip was told to look
ASK = """
import importlib.util, json, sys, sysconfig
book = importlib.util.find_spec("bookbuild")
kind = [sys.implementation.cache_tag, sysconfig.get_platform()]
print(json.dumps({"kind": kind, "bookbuild": book and book.origin}))
"""
# What would lead an installer elsewhere than into the environment.
MISLEADING = {"PYTHONHOME", "PYTHONPATH", "PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "VIRTUAL_ENV"}


class EnvironmentProblemError(Exception):
    """An environment cannot be made here; the message says what to do."""


@dataclass(frozen=True)
class Environment:
    """An environment of a checkout.

    Parameters
    ----------
    checkout : Path
        The checkout's top level.
    name : str
        ``"site"`` or ``"full"``.
    """

    checkout: Path
    name: str

    @property
    def folder(self) -> Path:
        """Where the environment lies."""
        return self.checkout / ".venv" / self.name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def ready(self) -> Path:
        """The record of what it was made for."""
        return self.folder / "ready"

    def provide(self, packages: list[str]) -> None:
        """Make the environment unless it is sound, and add packages that it lacks.

        Parameters
        ----------
        packages : list of str
            Names of packages of ``requirements.txt``.

        Raises
        ------
        EnvironmentProblemError
            If ``.venv`` leads out of the checkout.
        OSError
            If the folder cannot be written.
        subprocess.CalledProcessError
            If an installer fails, after it said why.
        """
        if self.is_sound() and not self._lacking(packages):
            return
        parent = self.folder.parent
        if parent.resolve() != parent:
            raise EnvironmentProblemError(
                f"{parent} leads out of this checkout, to {parent.resolve()}; delete that link"
            )
        parent.mkdir(exist_ok=True)
        with self._alone():
            if not self.is_sound():
                self._make()
            lacking = self._lacking(packages)
            if lacking:
                self._pip("--constraint", "requirements.txt", *lacking)
                self._write_record(self._record()["packages"] + lacking)

    def is_sound(self) -> bool:
        """Whether it runs, and was made for this place, these locks and the Python that was named.

        An environment with another Python than the default is sound: only who names a Python,
        ``make PYTHON=python3.12``, asks for that.
        """
        record = self._record()
        if (record.get("place"), record.get("locks")) != (str(self.folder), self._locks()):
            return False
        if "PYTHON" in os.environ and record["kind"] != _kind():
            return False
        question = [self.python, "-I", "-c", ASK]
        try:
            answer = json.loads(subprocess.run(question, capture_output=True, check=True).stdout)
        except (OSError, subprocess.CalledProcessError, ValueError):
            return False
        package = self.checkout / "src" / "bookbuild" / "__init__.py"
        return answer == {"kind": record["kind"], "bookbuild": str(package)}

    def _record(self) -> dict:
        try:
            record = json.loads(self.ready.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return record if isinstance(record, dict) else {}

    def _write_record(self, packages: list[str]) -> None:
        record = {
            "place": str(self.folder),
            "kind": _kind(),
            "locks": self._locks(),
            "packages": packages,
        }
        unfinished = self.ready.with_suffix(".unfinished")
        text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(self.ready)

    def _locks(self) -> str:
        digest = hashlib.sha256()
        for name in ("pyproject.toml", *sorted(LOCKS.values())):
            digest.update((self.checkout / name).read_bytes())
        return digest.hexdigest()

    def _lacking(self, packages: list[str]) -> list[str]:
        return [name for name in packages if name not in self._record().get("packages", [])]

    @contextlib.contextmanager
    def _alone(self) -> Generator[None]:
        """Wait until no other make works on this environment, and keep others waiting.

        Installers inherit the lock: one that outlives a killed make is waited for as well.
        """
        import fcntl

        with self.folder.with_suffix(".lock").open("a") as lock:
            os.set_inheritable(lock.fileno(), True)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"Another make is at work on .venv/{self.name}: waiting for it", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make(self) -> None:
        print(f"Making the environment .venv/{self.name} ({SIZES[self.name]})", flush=True)
        if self.folder.is_symlink() or self.folder.is_file():
            self.folder.unlink()
        elif self.folder.exists():
            self.ready.unlink(missing_ok=True)  # what is left from here on is half an environment
            shutil.rmtree(self.folder)
        _run([sys.executable, "-m", "venv", self.folder])
        if not self._install_with_uv():
            print("uv cannot install here: pip does, which takes longer.", flush=True)
            self._pip("--requirement", LOCKS[self.name])
            self._pip("--no-deps", "--editable", ".")
        if self.name == "full":
            settings = {"JUPYTER_CONFIG_DIR": str(self.folder / "etc" / "jupyter")}
            module = ["jupytext_config", "set-default-viewer", "markdown"]
            _run([self.python, "-I", "-m", *module], settings)
        self._write_record([])

    def _install_with_uv(self) -> bool:
        """Install with uv, which takes a tenth of pip's time; return whether that went well.

        As pip does, it compiles: where ``PYTHONDONTWRITEBYTECODE`` is set, every kernel and every
        test process would otherwise compile all that it imports.
        """
        lock = (self.checkout / LOCKS[self.name]).read_text(encoding="utf-8").splitlines()
        left = [line for line in lock if line.startswith(f"{PIP_ONLY}==")]
        chosen = "\n".join(line for line in lock if line not in left)
        uv = [self.folder / "bin" / "uv", "pip", "install", "--quiet", "--no-deps"]
        uv += ["--compile-bytecode", "--python", self.python]
        try:
            self._pip("--no-deps", "--constraint", "requirements.txt", "uv", quietly=True)
            settings = self._uv_settings()
            _run([*uv, "--requirement", "-"], settings, input=chosen, quietly=True)
            _run([*uv, "--editable", "."], settings, quietly=True)
        except (OSError, subprocess.CalledProcessError):
            return False
        if left:
            self._pip("--constraint", LOCKS[self.name], *left)
        return True

    def _uv_settings(self) -> dict[str, str]:
        """Lead uv to the package index that pip was told to use, and keep it out of a closed home.

        What the environment already says to uv is left as it is.
        """
        question = [self.python, "-I", "-m", "pip", "config", "get", "global.index-url"]
        answer = subprocess.run(question, capture_output=True, text=True, check=False)
        index = os.environ.get("PIP_INDEX_URL") or answer.stdout.strip()
        settings = {"UV_DEFAULT_INDEX": index} if index else {}
        if not os.access(Path.home(), os.W_OK):
            settings["UV_NO_CACHE"] = "1"
        return settings | {name: os.environ[name] for name in settings.keys() & os.environ.keys()}

    def _pip(self, *arguments: str, quietly: bool = False) -> None:
        _run([self.python, "-I", "-m", "pip", "install", "--quiet", *arguments], quietly=quietly)


def _kind() -> list[str]:
    """Return what an environment of this Python is bound to: implementation, version, platform."""
    return [sys.implementation.cache_tag, sysconfig.get_platform()]


def _run(
    command: list, settings: dict[str, str] | None = None, *, quietly: bool = False, **options
) -> None:
    variables = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    variables |= {"PIP_USER": "0", **(settings or {})}
    subprocess.run(
        command, env=variables, check=True, close_fds=False, text=True, capture_output=quietly,
        **options,
    )  # fmt: skip


def _missing() -> list[str]:
    """Return what this machine lacks to make an environment, in sentences."""
    missing = []
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        missing.append(
            "the modules venv and ensurepip are needed to make an environment; on Debian and "
            "Ubuntu: apt install python3-venv"
        )
    try:
        Path.home()
    except RuntimeError:
        missing.append("HOME is not set and this user has no home: set HOME to a folder to write")
    return missing


def main() -> int:
    """Provide the environment ``.venv/NAME`` of the checkout that make runs in."""
    place, *packages = sys.argv[1:]
    environment = Environment(Path.cwd(), Path(place).name)
    problems = _missing()
    try:
        if not problems:
            environment.provide(packages)
    except EnvironmentProblemError as error:
        problems = [str(error)]
    except OSError as error:
        problems = [
            f"{place} cannot be made: {error}; see that this checkout can be written, and delete "
            ".venv if it is someone else's"
        ]
    except subprocess.CalledProcessError as error:
        problems = [f"{place} cannot be made: {Path(error.cmd[0]).name} failed, as it says above"]
    except KeyboardInterrupt:
        return 130
    for problem in problems:
        print(f"make: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
