"""Where and with what a record was made."""

import datetime
import hashlib
import platform
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

import torch

import collective_lab
from collective_action import strategies
from collective_lab import plugins
from collective_lab.experiment.record import Provenance
from collective_lab.training import device


def provenance(
    seconds: float, on: torch.device, dtype: torch.dtype, engine: str = ""
) -> Provenance:
    """Return the provenance of a run that ends now; `Provenance` says what is in it."""
    return Provenance(
        seconds=round(seconds, 3),
        peak_megabytes=_peak_megabytes(on),
        device=device.name(on),
        driver=_driver() if on.type == "cuda" else "",
        dtype=str(dtype).removeprefix("torch."),
        threads=torch.get_num_threads(),
        python=platform.python_version(),
        torch=torch.__version__,
        transformers=version("transformers"),
        commit=commit(),
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        instructions=device.instructions(),
        capability=device.capability(on),
        code=code(),
        engine=engine,
    )


def _peak_megabytes(on: torch.device) -> int:
    if on.type == "cuda":
        return round(torch.cuda.max_memory_allocated(on) / 1024**2)
    try:
        import resource
    except ImportError:  # Windows
        import psutil

        return round(psutil.Process().memory_info().peak_wset / 1024**2)
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)


@cache
def _driver() -> str:
    return _output("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")


# What decides how a run comes out. Of the library, the strategies.
DECISIVE = ("corpora", "experiment", "learners", "models", "signals", "training")


def code() -> str:
    """Return sixteen hexadecimal digits of the sources that decide how a run comes out.

    They are those of the folders in `DECISIVE`, of the library's strategies, and plugins. A record
    without a commit, or of a changed checkout, can be told by it from one that other code made.
    """
    return _digest(tuple(plugins.files()))


@cache
def _digest(files: tuple[Path, ...]) -> str:
    laboratory = Path(collective_lab.__path__[0])
    folders = [laboratory / name for name in DECISIVE] + [Path(strategies.__path__[0])]
    sources = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    total = hashlib.sha256()
    for path in (*sources, *files):
        text = path.read_text(encoding="utf-8")  # whatever ends its lines
        total.update(f"{path.name}\0{text}\0".encode())
    return total.hexdigest()[:16]


@cache
def commit(module: Path = Path(__file__)) -> str:
    """Return the commit of the repository whose source a module of this project is, or nothing.

    A copy that was unpacked or installed inside another repository is not at that one's commit.
    """
    git = ("git", "-C", str(module.parent))
    tracked = _output(*git, "ls-files", "--full-name", "--", module.name)
    path = f"src/{__name__.replace('.', '/')}.py"
    return _output(*git, "rev-parse", "HEAD") if tracked == path else ""


def _output(*command: str) -> str:
    """Return the first line that a command prints, or nothing if it is not there or fails."""
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return process.stdout.partition("\n")[0].strip()
