"""Steps that ask the host nothing: what the loop to be read gives, run by run, on any device."""

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from collective_lab.learners import LabelSmoothed, Plain
from collective_lab.signals import Tokens
from collective_lab.training import device, reference
from collective_lab.training.captured import firms
from collective_lab.training.captured.encoder import PARTS, OneNorm, masks
from collective_lab.training.captured.graphs import Graphs
from collective_lab.training.captured.step import Step
from collective_lab.training.captured.text import text
from collective_lab.training.captured.timetable import timetable
from collective_lab.training.captured.widths import padded
from collective_lab.training.fast import conversion, loop
from collective_lab.training.fast.batches import order, rows
from collective_lab.training.fast.encoder import Norm
from collective_lab.training.fast.parameters import Parameters
from collective_lab.training.label_noise import distribution
from collective_lab.training.optimizers import Adam
from support.small_models import LABELS, MODELS, WORDS, lively

pytestmark = pytest.mark.numerical

CPU = torch.device("cpu")
LONGEST, BATCH = 100, 8


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    monkeypatch.setattr(device, "fast_dtype", lambda on: torch.float32)


def a_task(n=61, seed=0):
    """Return rows of 5 to 90 tokens whose label is their first word, targets and the used ids."""
    draws = np.random.default_rng(seed)
    labels = draws.integers(LABELS, size=n)
    documents = [
        Tokens(np.array([3 + label, *draws.integers(13, WORDS, size=draws.integers(2, 88))]), None)
        for label in labels
    ]
    made = rows(documents, LONGEST - 2, first=1, last=2, padding=0)
    targets = distribution([(int(label), 9) for label in labels], LABELS)
    return made, torch.from_numpy(targets), torch.arange(WORDS)


def planted(task, seed):
    """Return a task of which a few rows and labels differ, as a collective leaves them."""
    texts, targets, used = task
    generator = torch.Generator().manual_seed(seed)
    members = torch.randperm(len(texts), generator=generator)[:5]
    ids, told = texts.ids.clone(), targets.clone()
    ids[members, 1] = 3 + seed
    told[members] = torch.eye(LABELS)[seed]
    return type(texts)(ids, texts.lengths), told, used


def model(name, dropout=0.0):
    return lively(MODELS[name](dropout, LONGEST))


def fit(name, tasks, seeds, dropout=0.0, on=CPU, **more):
    texts, targets, [used, *_] = zip(*tasks, strict=True)
    how = {"epochs": 2, "batch_size": BATCH, "learning_rate": 1e-3} | more
    models = [model(name, dropout) for _ in tasks]
    return firms.train_together(models, texts, targets, used, seeds=seeds, on=on, **how)


@dataclass
class Source:
    """Hands the masks of a run's next step to the dropouts of a model of `transformers`."""

    masks: object
    windows: list

    def dropouts(self):
        return [Told(self, number) for number in range(len(self.windows))]


class Told(nn.Module):
    """One dropout of a model of `transformers`, told what to keep as those of the engine are."""

    def __init__(self, source, number):
        super().__init__()
        self.source, self.number = source, number

    def forward(self, x):
        if not self.training:
            return x
        if not self.number:
            self.source.masks.draw()
        probability, kept = self.source.windows[self.number]
        kept = kept[0, : len(x)]  # of the one run: (b, length, width)
        if x.dim() == 2:
            return x * kept[:, 0] / (1 - probability)
        if kept.shape[1] == 1:  # the last block, of whose tokens the first alone is read
            others = torch.ones_like(kept).expand(-1, x.shape[1] - 1, -1)
            kept = torch.cat([kept, others], 1)
        return x * kept[:, : x.shape[1]] / (1 - probability)


def told_model(name, dropout, used, width, seed):
    """Return a model whose dropouts keep what a run of the engine with that seed keeps."""
    read = model(name, dropout)
    encoder = conversion.encoder([read], used, PARTS)
    drawn = masks(encoder, BATCH, width, [seed], CPU)
    told = [encoder.dropout, *(block.dropout for block in encoder.blocks), encoder.head_dropout]
    source = Source(drawn, [(each.probability, kept) for each in told for kept in each.kept])
    names = [key for key, part in read.named_modules() if isinstance(part, nn.Dropout) and part.p]
    for key, part in zip(names, source.dropouts(), strict=True):
        read.set_submodule(key, part)
    return read


def probabilities_of(read, texts, used):
    mask = torch.arange(texts.ids.shape[1]) < texts.lengths[:, None]
    with torch.no_grad():
        return read(input_ids=used[texts.ids], attention_mask=mask.long()).logits.softmax(-1)


@pytest.mark.slow
@pytest.mark.parametrize("dropout", [0.0, 0.2])
@pytest.mark.parametrize("name", MODELS)
def test_two_hundred_steps_give_what_the_loop_to_be_read_gives(name, dropout):
    task, seed, how = a_task(), 11, {"epochs": 25, "batch_size": BATCH, "learning_rate": 1e-3}
    texts, targets, used = task
    plan = timetable([texts.lengths], seeds=[seed], longest=LONGEST, on=CPU, **how)
    assert len(plan.widths) == 200 and set(plan.widths) == {32, 64, 96} and plan.short == 5
    fast = fit(name, [task], [seed], dropout, **how)
    start = told_model(name, dropout, used, 96, seed) if dropout else model(name)
    before = probabilities_of(start.eval(), texts, used)
    read = probabilities_of(
        reference.train(start, texts, targets, used, seed=seed, **how), texts, used
    )
    torch.testing.assert_close(fast.probabilities([texts])[0], read, rtol=1e-4, atol=1e-5)
    assert fast.steps == 200 and float((read - before).abs().max()) > 0.3
    if dropout:
        other = fit(name, [task], [seed + 1], dropout, **how).probabilities([texts])[0]
        assert float((other - read).abs().max()) > 0.02


@pytest.mark.slow
@pytest.mark.parametrize("dropout", [0.0, 0.2])
@pytest.mark.parametrize("name", MODELS)
def test_runs_side_by_side_are_runs_alone(name, dropout):
    tasks, seeds = [planted(a_task(), seed) for seed in range(3)], [5, 6, 7]
    texts = [texts for texts, *_ in tasks]
    together = fit(name, tasks, seeds, dropout, epochs=5).probabilities(texts)
    for run, (task, seed) in enumerate(zip(tasks, seeds, strict=True)):
        alone = fit(name, [task], [seed], dropout, epochs=5).probabilities([task[0]])
        torch.testing.assert_close(together[run], alone[0], rtol=1e-3, atol=1e-5)
    assert float((together[0] - together[1]).abs().max()) > 0.02


@pytest.mark.parametrize("learner", [Plain(), LabelSmoothed(0.3)])
def test_a_short_batch_counts_its_own_rows_alone(learner):
    """Five rows of eight are the last of an epoch; it is at another step in each run."""
    tasks = [a_task(seed=seed) for seed in range(2)]
    texts, targets, [used, *_] = zip(*tasks, strict=True)
    plan = timetable(
        [run.lengths for run in texts], epochs=1, batch_size=BATCH, learning_rate=1e-3,
        seeds=[0, 1], longest=LONGEST, on=CPU,
    )  # fmt: skip
    assert (~plan.full).sum(0).tolist() == [1, 1] and (~plan.full).any(1).sum() == 2
    how = {"epochs": 4, "batch_size": BATCH, "learning_rate": 1e-3, "learner": learner}
    together = fit("distilbert", tasks, [0, 1], **how).probabilities(texts)
    for run in range(2):
        alone = loop.train(
            model("distilbert"), texts[run], targets[run], used, seed=run, on=CPU, **how
        )
        torch.testing.assert_close(
            together[run], alone.probabilities(texts[run]), rtol=1e-3, atol=1e-5
        )


def test_fewer_rows_than_a_batch_are_one_batch():
    task = a_task(n=5)
    together = fit("bert", [task], [0], epochs=3)
    alone = loop.train(model("bert"), *task, epochs=3, batch_size=BATCH, learning_rate=1e-3,
                       seed=0, on=CPU)  # fmt: skip
    torch.testing.assert_close(
        together.probabilities([task[0]])[0], alone.probabilities(task[0]), rtol=1e-3, atol=1e-5
    )


class Watch(TorchDispatchMode):
    """Writes down every operation: its name, and the shapes, kinds and devices of what it takes."""

    def __init__(self):
        super().__init__()
        self.seen, self.devices = [], set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        leaves = tree_leaves((args, kwargs))
        taken = [x for x in leaves if isinstance(x, torch.Tensor)]
        self.seen.append((str(func), [(tuple(x.shape), x.dtype) for x in taken]))
        self.devices |= {x.device.type for x in taken}
        return func(*args, **(kwargs or {}))


def a_step(name, dropout=0.2, on=CPU, runs=3):
    """Return a step of some runs."""
    tasks = [planted(a_task(), seed) for seed in range(runs)]
    texts, targets, [used, *_] = zip(*tasks, strict=True)
    encoder = conversion.encoder([model(name, dropout) for _ in tasks], used, PARTS)
    encoder = encoder.to(on).train()
    plan = timetable(
        [run.lengths for run in texts], epochs=3, batch_size=BATCH, learning_rate=1e-3,
        seeds=range(runs), longest=LONGEST, on=on,
    )  # fmt: skip
    drawn = masks(encoder, BATCH, max(plan.widths), range(runs), on)
    return Step(
        encoder,
        Parameters(encoder, torch.float32),
        text(texts, LONGEST, on),
        torch.stack(targets).to(on),
        plan,
        drawn,
        Plain(),
    )


ASKING = ("_local_scalar_dense", "nonzero", "masked_select", "unique", "lift_fresh", "is_nonzero")


@pytest.mark.parametrize("name", MODELS)
def test_steps_of_one_width_are_the_same_operations_and_ask_nothing(name):
    """What a capture needs: no number is read, and no shape depends on one."""
    step = a_step(name)
    seen = {}
    for width in step.timetable.widths:
        before = [held.data_ptr() for held in step.state]
        with Watch() as watch:
            step(width)
        assert [held.data_ptr() for held in step.state] == before
        assert seen.setdefault(width, watch.seen) == watch.seen
    assert len(seen) == 3 and len(step.timetable.widths) == 24
    operations = {operation for operation, _ in seen[96]}
    assert not [found for found in operations for word in ASKING if word in found]
    assert sum(found.startswith("aten.native_layer_norm.") for found, _ in seen[96]) == (
        5 if name == "distilbert" else 7  # one a norm, for all three runs
    )
    with Watch() as watch:
        float(step.total)
    assert any(ASKING[0] in operation for operation, _ in watch.seen)  # it would have been seen


@pytest.mark.parametrize("name", MODELS)
def test_a_step_reads_nothing_that_lies_on_the_host(name, monkeypatch):
    """The device `meta` stands for a GPU: it computes shapes alone, and has no optimiser."""
    monkeypatch.setattr(Adam, "step", lambda *arguments: None)
    step = a_step(name, dropout=0.0, on=torch.device("meta"))
    with Watch() as watch:
        step(96)
    assert watch.devices == {"meta"} and len(watch.seen) > 200


def test_one_norm_is_the_norms_of_all_runs():
    generator = torch.Generator().manual_seed(0)
    norm, one = Norm(3, 16, 1e-5), OneNorm(3, 16, 1e-5)
    with torch.no_grad():
        for parameter in norm.parameters():
            parameter.normal_(generator=generator)
    one.load_state_dict(norm.state_dict())
    for shape in ((3, 5, 16), (3, 2, 5, 16)):
        x = torch.randn(shape, generator=generator)
        torch.testing.assert_close(one(x), norm(x))


def test_dropout_keeps_its_share_and_a_run_its_own_masks():
    step = a_step("bert")
    step.masks.draw()
    probabilities = [probability for probability, _ in step.masks.drawn]
    assert probabilities == [0.2, 0.4]
    for probability, kept in step.masks.drawn:
        share = kept.float().mean(1)
        torch.testing.assert_close(share, torch.full((3,), 1 - probability), rtol=0, atol=0.05)
        assert not torch.equal(kept[0], kept[1])
    first = step.masks.drawn[0][1].clone()
    step.masks.draw()
    assert not torch.equal(step.masks.drawn[0][1], first)
    alone = a_step("bert", runs=1)
    alone.masks.draw()
    assert torch.equal(alone.masks.drawn[0][1][0], first[0])


def test_texts_are_kept_once():
    tasks = [planted(a_task(), seed)[0] for seed in (1, 1, 2)]
    held = text([a_task()[0], *tasks], LONGEST, CPU)
    assert held.ids.shape == (61 + 3 * 5, 96)
    at = torch.arange(61).expand(4, -1)
    ids, lengths = held.batch(at, 96)
    for run, expected in enumerate([a_task()[0], *tasks]):
        wide = expected.ids.shape[1]
        assert torch.equal(ids[run, :, :wide], expected.ids) and not ids[run, :, wide:].any()
        assert torch.equal(lengths[run], expected.lengths)
    with pytest.raises(ValueError, match=r"rows are \[5, 61\] a run: they must be equally many"):
        fit("bert", [a_task(), a_task(n=5)], [0, 1])


def test_the_timetable_is_the_order_of_the_loop():
    lengths = a_task()[0].lengths
    plan = timetable(
        [lengths], epochs=2, batch_size=BATCH, learning_rate=0.5, seeds=[3], longest=LONGEST, on=CPU
    )
    generator = torch.Generator().manual_seed(3)
    batches = [batch for _ in range(2) for batch in order(lengths, BATCH, generator)]
    for step, batch in enumerate(batches):
        filled = torch.cat([batch, batch[:1].expand(BATCH - len(batch))])
        assert torch.equal(plan.places[step, 0], filled)
        assert plan.widths[step] == padded(int(lengths[batch].max()), LONGEST)
        assert bool(plan.full[step, 0]) == (len(batch) == BATCH)
    assert plan.rates.tolist() == pytest.approx([0.5 * (16 - step) / 16 for step in range(16)])


def test_widths_are_few_and_no_wider_than_a_model_reads():
    assert [padded(width, 512) for width in (3, 32, 33, 97, 129, 500)] == [
        32,
        32,
        64,
        128,
        192,
        512,
    ]
    assert padded(97, 100) == 100
    assert padded(700, 1024) == 768


def test_progress_tells_every_step():
    told = []
    fit("bert", [a_task()], [0], progress=lambda step, steps: told.append((step, steps)))
    assert told == [(step, 16) for step in range(1, 17)]


def test_divergence_is_an_error_that_names_the_rate():
    with pytest.raises(FloatingPointError, match=r"lower the learning rate, now 1e\+30"):
        fit("bert", [a_task()], [0], learning_rate=1e30)


class Own(Plain):
    """A learner that makes something of its gradient."""

    def gradient(self, of, rows):
        return 2 * super().gradient(of, rows)


def test_a_learner_with_a_gradient_of_its_own_is_left_to_the_loop():
    assert firms.takes(Plain()) and firms.takes(LabelSmoothed()) and not firms.takes(Own())
    with pytest.raises(ValueError, match="learner is Own: it makes something of its gradient"):
        fit("bert", [a_task()], [0], learner=Own())


class StandIn:
    """What `graphs` needs of CUDA, on a processor: a graph calls again what was called in it."""

    def __init__(self, step):
        self.step, self.number, self.masks, self.state = step, step.number, step.masks, step.state
        self.capturing, self.widths, self.registered = None, [], 0

    def __call__(self, width):
        if self.capturing is not None:
            self.capturing.width = width
            self.widths.append(width)
        self.step(width)

    def wait_stream(self, other):
        pass

    @contextmanager
    def graph(self, made, pool):
        self.capturing = made
        yield
        self.capturing = None

    def made(self):
        there = self

        class Made:
            def register_generator_state(self, generator):
                there.registered += 1

            def replay(self):
                there.step(self.width)

        return Made()


def test_captures_leave_a_step_as_it_was(monkeypatch):
    plain, captured = a_step("bert"), a_step("bert")
    there = StandIn(captured)
    for name, value in {
        "Stream": lambda: there,
        "current_stream": lambda: there,
        "stream": lambda side: nullcontext(),
        "graph_pool_handle": lambda: None,
        "CUDAGraph": there.made,
        "graph": there.graph,
    }.items():
        monkeypatch.setattr(torch.cuda, name, value)
    replay = Graphs(there, captured.timetable.widths)
    assert there.widths == [96, 64, 32] and there.registered == 3 * 3
    for held, other in zip(plain.state, captured.state, strict=True):
        assert torch.equal(held, other)
    for width in plain.timetable.widths:
        plain(width)
        replay(width)
    for (_, drawn), (_, again) in zip(plain.masks.drawn, captured.masks.drawn, strict=True):
        assert torch.equal(drawn, again)
    for held, other in zip(plain.state, captured.state, strict=True):
        torch.testing.assert_close(held, other)


@contextmanager
def nothing_is_asked():
    """Make every synchronisation of host and device an error."""
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.gpu
@pytest.mark.parametrize("name", MODELS)
def test_captured_steps_are_the_steps(name):
    on = torch.device("cuda")
    plain, captured = a_step(name, on=on), a_step(name, on=on)
    replay = Graphs(captured, captured.timetable.widths)
    torch.cuda.synchronize()
    with nothing_is_asked():
        for width in plain.timetable.widths:
            plain(width)
            replay(width)
    for (_, drawn), (_, again) in zip(plain.masks.drawn, captured.masks.drawn, strict=True):
        assert torch.equal(drawn, again)
    for held, other in zip(plain.state, captured.state, strict=True):
        torch.testing.assert_close(held, other, rtol=1e-3, atol=1e-5)


@pytest.mark.gpu
@pytest.mark.parametrize("name", MODELS)
def test_a_gpu_gives_what_a_processor_gives(name):
    task, seed = a_task(), 11
    how = {"epochs": 25, "learning_rate": 1e-3}
    here = fit(name, [task], [seed], **how).probabilities([task[0]])
    there = fit(name, [task], [seed], on=torch.device("cuda"), **how).probabilities([task[0]])
    torch.testing.assert_close(there, here, rtol=5e-3, atol=5e-4)


@pytest.mark.gpu
@pytest.mark.parametrize("name", MODELS)
def test_on_a_gpu_runs_side_by_side_are_runs_alone(name):
    on = torch.device("cuda")
    tasks, seeds = [planted(a_task(), seed) for seed in range(3)], [5, 6, 7]
    texts = [texts for texts, *_ in tasks]
    together = fit(name, tasks, seeds, 0.2, on=on, epochs=5).probabilities(texts)
    for run, (task, seed) in enumerate(zip(tasks, seeds, strict=True)):
        alone = fit(name, [task], [seed], 0.2, on=on, epochs=5).probabilities([task[0]])
        torch.testing.assert_close(together[run], alone[0], rtol=5e-3, atol=5e-4)


@pytest.mark.gpu
def test_a_compiled_step_is_the_step():
    task = a_task()
    how = {"on": torch.device("cuda"), "epochs": 3}
    plain, compiled = (
        fit("bert", [task] * 2, [0, 1], **how, compiled=compiled).probabilities([task[0]] * 2)
        for compiled in (False, True)
    )
    torch.testing.assert_close(plain, compiled, rtol=5e-3, atol=5e-4)
