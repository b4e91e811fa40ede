"""What training costs on this device: tokens a second, and how near that is to what it can do.

Each model is trained as experiments train it on the device (`training.engine`).

`collective-lab cost book/results/training-cost.json` measures every
transformer of the book as a sweep trains it, DistilBERT with random weights, which take as long as
the published ones.
"""

import json
import time
from collections.abc import Callable, Sequence
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
from collective_lab.learners import Plain
from collective_lab.models import scratch
from collective_lab.models.recipes import RECIPES, Recipe
from collective_lab.training import device, engine
from collective_lab.training.captured.encoder import PARTS, masks
from collective_lab.training.captured.graphs import replayed
from collective_lab.training.captured.step import Step
from collective_lab.training.captured.text import text
from collective_lab.training.captured.timetable import timetable
from collective_lab.training.fast import conversion
from collective_lab.training.fast.batches import Rows
from collective_lab.training.fast.memory import keep_freed
from collective_lab.training.fast.parameters import Parameters

WORDS = 2_000  # rows of the embedding: a corpus uses few of a tokenizer's tokens
SECONDS = 20.0
SQUARE = 4_096
AHEAD = 8  # steps that a host may be ahead of its GPU while the clock runs
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


def cost(
    name: str,
    on: torch.device,
    seconds: float = SECONDS,
    *,
    way: str | None = None,
    runs: int | None = None,
    compiled: bool = False,
) -> Cost:
    """Measure one of `tiny`, `minilm` and `distilbert`, on rows as long as its recipe's.

    Parameters
    ----------
    name
        In `RECIPES`, other than `bag`.
    on
        The device.
    seconds
        How long to measure.
    way
        How it is trained: `engine.LOOP` or `engine.GRAPHS`; as the device does it when omitted.
    runs
        How many at once; as many as the recipe says when omitted.
    compiled
        Whether what is captured is compiled first.
    """
    keep_freed()
    recipe = RECIPES[name]
    way = engine.engine(on, Plain()) if way is None else way
    usual = recipe.together if way == engine.LOOP else recipe.together_on_gpu
    models = [_untrained(name)] * (usual if runs is None else runs)
    with FlopCounterMode(display=False) as counter:
        _called(models[:1], recipe, on)()
    step = (
        _called(models, recipe, on)
        if way == engine.LOOP
        else _replayed(models, recipe, on, compiled=compiled)
    )
    for _ in range(2):
        step()
    _wait(on)
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        step()
        steps += 1
        if steps % AHEAD == 0:
            _wait(on)
    _wait(on)
    elapsed = time.perf_counter() - start
    a_batch = recipe.batch_size * recipe.length
    return Cost(
        model=name,
        length=recipe.length,
        batch_size=recipe.batch_size,
        parameters=sum(parameter.numel() for parameter in models[0].parameters()),
        tokens_per_second=steps * len(models) * a_batch / elapsed,
        flop_per_token=counter.get_total_flops() / a_batch,
    )


def _called(
    models: Sequence[PreTrainedModel], recipe: Recipe, on: torch.device
) -> Callable[[], None]:
    """Return one step as `training.fast` takes it."""
    fast = conversion.encoder(models, torch.arange(WORDS)).to(on).train()
    parameters = Parameters(fast, device.fast_dtype(on))
    generator = torch.Generator().manual_seed(0)
    shape = (len(models), recipe.batch_size, recipe.length)
    ids = torch.randint(WORDS, shape, generator=generator).to(on)
    labels = torch.randint(LABELS, (ids[..., 0].numel(),), generator=generator).to(on)

    def step() -> None:
        parameters.gather(functional.cross_entropy(fast(ids, None).flatten(0, 1), labels), fast)
        parameters.step(1e-5)

    return step


def _replayed(
    models: Sequence[PreTrainedModel], recipe: Recipe, on: torch.device, *, compiled: bool = False
) -> Callable[[], None]:
    """Return one step as `training.captured` takes it."""
    generator = torch.Generator().manual_seed(0)
    n, runs = recipe.batch_size, range(len(models))
    lengths = torch.full((n,), recipe.length)
    read = Rows(torch.randint(WORDS, (n, recipe.length), generator=generator), lengths)
    told = functional.one_hot(torch.randint(LABELS, (n,), generator=generator), LABELS).float()
    encoder = conversion.encoder(models, torch.arange(WORDS), PARTS).to(on).train()
    plan = timetable(
        [lengths for _ in runs], epochs=1, batch_size=n, learning_rate=1e-5, seeds=runs,
        longest=recipe.longest, on=on,
    )  # fmt: skip
    step = Step(
        encoder,
        Parameters(encoder, device.fast_dtype(on)),
        text([read for _ in runs], recipe.longest, on),
        torch.stack([told for _ in runs]).to(on),
        plan,
        masks(encoder, n, recipe.length, runs, on),
        Plain(),
        compiled=compiled,
    )
    [width] = plan.widths
    take = replayed(step, plan.widths)

    def again() -> None:
        step.number.zero_()  # the timetable has one step
        take(width)

    return again


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
        "engine": engine.engine(on, Plain()),
        "torch": torch.__version__,
        "peak_flop_per_second": peak(on, dtype),
        "models": [asdict(entry) for entry in costs],
    }
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8", newline="\n")
