"""What training costs on this device: tokens a second, and how near that is to what it can do.

`collective-lab cost book/results/training-cost.json` measures every
transformer of the book as a sweep trains it, DistilBERT with random weights, which take as long as
the published ones.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    PreTrainedModel,
)

from collective_lab.corpora import Synthetic
from collective_lab.models import scratch
from collective_lab.models.recipes import RECIPES
from collective_lab.training import device
from collective_lab.training.fast import conversion
from collective_lab.training.fast.memory import keep_freed
from collective_lab.training.fast.parameters import Parameters

WORDS = 2_000  # rows of the embedding: a corpus uses few of a tokenizer's tokens
SECONDS = 20.0
SQUARE = 4_096
LABELS = len(Synthetic.labels)


@dataclass(frozen=True)
class Cost:
    """What one model costs to train here, measured.

    Attributes
    ----------
    model, length, batch_size
        As in a configuration.
    parameters
        Of the model of `transformers`.
    tokens_per_second
        In training, forward and backward and update, of all that are trained at once.
    flop_per_token
        Floating-point operations of the matrix products, forward and backward.
    """

    model: str
    length: int
    batch_size: int
    parameters: int
    tokens_per_second: float
    flop_per_token: float


def peak(on: torch.device, dtype: torch.dtype, seconds: float = 2.0) -> float:
    """Return the most FLOP/s that one large matrix product reaches, measured for some seconds.

    Parameters
    ----------
    on
        The device.
    dtype
        Of both matrices.
    seconds
        How long to measure.
    """
    size = SQUARE if on.type == "cuda" else SQUARE // 4
    a, b = (torch.ones(size, size, dtype=dtype, device=on) for _ in range(2))
    best, until = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        start = time.perf_counter()
        a @ b
        _wait(on)
        best = max(best, 2 * size**3 / (time.perf_counter() - start))
    return best


def cost(name: str, on: torch.device, seconds: float = SECONDS) -> Cost:
    """Measure one of `tiny`, `minilm` and `distilbert`, on rows as long as its recipe's.

    Parameters
    ----------
    name
        In `RECIPES`, other than `bag`.
    on
        The device.
    seconds
        How long to measure.
    """
    keep_freed()
    recipe = RECIPES[name]
    models = [_untrained(name) for _ in range(recipe.together)]
    fast = conversion.encoder(models, torch.arange(WORDS)).to(on).train()
    parameters = Parameters(fast, device.fast_dtype(on))
    generator = torch.Generator().manual_seed(0)
    shape = (len(models), recipe.batch_size, recipe.length)
    ids = torch.randint(WORDS, shape, generator=generator).to(on)
    labels = torch.randint(LABELS, (ids[..., 0].numel(),), generator=generator).to(on)

    def step() -> None:
        parameters.gather(functional.cross_entropy(fast(ids, None).flatten(0, 1), labels), fast)
        parameters.step(1e-5)

    with FlopCounterMode(display=False) as counter:
        step()
    for _ in range(2):
        step()
    _wait(on)
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        step()
        _wait(on)
        steps += 1
    elapsed = time.perf_counter() - start
    return Cost(
        model=name,
        length=recipe.length,
        batch_size=recipe.batch_size,
        parameters=sum(parameter.numel() for parameter in models[0].parameters()),
        tokens_per_second=steps * ids.numel() / elapsed,
        flop_per_token=counter.get_total_flops() / ids.numel(),
    )


def _untrained(name: str) -> PreTrainedModel:
    if name == "tiny":
        return scratch.model(WORDS, seed=0)
    if name == "minilm":
        config = BertConfig(
            num_hidden_layers=6, num_attention_heads=12, hidden_size=384, intermediate_size=1536,
            num_labels=LABELS,  # ty: ignore[unknown-argument]  # a keyword of the base class
        )  # fmt: skip
        return BertForSequenceClassification(config)
    config = DistilBertConfig(num_labels=LABELS)  # ty: ignore[unknown-argument]  # as above
    return DistilBertForSequenceClassification(config)


def _wait(on: torch.device) -> None:
    if on.type == "cuda":
        torch.cuda.synchronize(on)


def measure(path: Path) -> None:
    """Measure and write one file."""
    torch.set_num_threads(1)  # a sweep gives each of its processes one
    on = device.best_device()
    dtype = device.fast_dtype(on)
    costs = [cost(name, on) for name in ("tiny", "minilm", "distilbert")]
    record = {
        "command": f"collective-lab cost {path.as_posix()}",
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "device": device.name(on),
        "dtype": str(dtype).removeprefix("torch."),
        "threads": 1,
        "torch": torch.__version__,
        "peak_flop_per_second": peak(on, dtype),
        "models": [asdict(entry) for entry in costs],
    }
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8", newline="\n")
