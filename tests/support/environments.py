"""Fresh environments away from the checkout, each made once however many processes test."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from pytest import TempPathFactory

OURS = ("PYTHONPATH", "BOOK_ROOT", "IPYTHONDIR", "VIRTUAL_ENV")


def bare() -> dict[str, str]:
    """Return the environment variables without those that lead to the checkout."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return kept | {"PYTHONNOUSERSITE": "1"}


def run(*command: Path | str, folder: Path) -> str:
    """Run a command in a folder that does not see the checkout; return what it prints."""
    words = [str(word) for word in command]
    result = subprocess.run(
        words, cwd=folder, env=bare(), capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert result.returncode == 0, f"{words}\n{result.stdout}{result.stderr}"
    return result.stdout


def make(folder: Path, *options: str) -> None:
    """Make an environment with options of venv."""
    run(sys.executable, "-m", "venv", *options, folder, folder=folder.parent)


def program(environment: Path, name: str) -> Path:
    """Return the path of an environment's program, such as ``python``."""
    return environment / ("Scripts" if os.name == "nt" else "bin") / name


def install(environment: Path, *what: Path | str, folder: Path) -> None:
    """Install with uv, which is quick; PyTorch is left to pip, which knows where its wheels are."""
    uv = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python")
    run(*uv, program(environment, "python"), *what, folder=folder)


def once(factory: TempPathFactory, name: str, fill: Callable[[Path], None]) -> Path:
    """Return a folder that the first of the session's processes to ask for it makes and fills.

    Two modules may use one name for two folders. A folder whose filling failed is filled anew.
    """
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / fill.__module__ / name
    filled = folder.with_name(f"{name}.filled")
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_name(f"{name}.lock")):
        if not filled.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            fill(folder)
            filled.touch()
    return folder


def kernel(python: Path | str) -> type[AsyncKernelManager]:
    """Return a manager of kernels of another Python than the one that runs the tests."""
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]

    class Kernel(AsyncKernelManager):
        kernel_spec = KernelSpec(argv=argv, display_name="Python 3", language="python")

    return Kernel
