"""The training loop: the function of transformers, the update of PyTorch, and seeds."""

import platform
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.nn import functional
from transformers import (
    RobertaConfig,
    RobertaForSequenceClassification,
    get_linear_schedule_with_warmup,
)

from collective_lab.signals import Tokens
from collective_lab.training import device, reference
from collective_lab.training.fast import conversion, loop
from collective_lab.training.fast.batches import Rows, order, rows, side_by_side
from collective_lab.training.fast.encoder import Dropout
from collective_lab.training.fast.parameters import Parameters
from collective_lab.training.fast.schedule import rate
from collective_lab.training.label_noise import distribution, with_noise
from support.small_models import LABELS, MODELS, WORDS, distilbert, lively

pytestmark = pytest.mark.numerical

CPU = torch.device("cpu")


def some_rows(n=12, seed=0):
    """Return rows of unequal length over the even tokens, and the ids that are used."""
    draws = np.random.default_rng(seed)
    used = torch.arange(0, WORDS, 2)
    documents = []
    for length in draws.integers(1, 15, size=n):
        ids = draws.integers(3, len(used), size=length).astype(np.int32)
        documents.append(Tokens(ids, np.arange(length + 1, dtype=np.int32)))
    return rows(documents, 12, first=1, last=2, padding=0), used


def logits_of(model, texts, used):
    """Return the logits of transformers for rows over the used tokens."""
    mask = torch.arange(texts.ids.shape[1]) < texts.lengths[:, None]
    return model(input_ids=used[texts.ids], attention_mask=mask.long()).logits


@pytest.mark.parametrize("name", MODELS)
def test_the_encoder_computes_what_transformers_computes(name):
    model = lively(MODELS[name]()).eval()
    texts, used = some_rows()
    fast = conversion.encoder([model], used).eval()
    with torch.no_grad():
        expected = logits_of(model, texts, used)
        torch.testing.assert_close(
            fast(texts.ids[None], texts.lengths[None])[0], expected, rtol=1e-4, atol=1e-5
        )
        alike = torch.nonzero(texts.lengths == texts.lengths.max())[:, 0]
        ids, lengths = side_by_side([texts.batch(alike)])
        assert lengths is None
        torch.testing.assert_close(fast(ids, None)[0], expected[alike], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_gradients_are_those_of_transformers(name):
    model = lively(MODELS[name]()).train()
    texts, used = some_rows()
    targets = torch.from_numpy(distribution([(i % 10,) for i in range(len(texts))]))
    fast = conversion.encoder([model], used).train()
    functional.cross_entropy(logits_of(model, texts, used), targets).backward()
    functional.cross_entropy(fast(texts.ids[None], texts.lengths[None])[0], targets).backward()
    words = dict(model.named_parameters())[f"{name}.embeddings.word_embeddings.weight"]
    torch.testing.assert_close(fast.words.grad[0], words.grad[used], rtol=1e-3, atol=1e-6)
    unused = [i for i in range(WORDS) if i not in used]
    assert words.grad[unused].abs().max() == 0
    layer = model.distilbert.transformer.layer[0].attention.k_lin if name == "distilbert" else (
        model.bert.encoder.layer[0].attention.self.key
    )  # fmt: skip
    keys = fast.blocks[0].qkv.weight.grad[0].chunk(3)[1]
    torch.testing.assert_close(keys, layer.weight.grad, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_weights_go_back_under_the_names_of_transformers(name, tmp_path):
    model = lively(MODELS[name]())
    texts, used = some_rows()
    fast = conversion.encoder([model], used).eval()
    with torch.no_grad():
        for parameter in fast.parameters():
            parameter.mul_(1.1)
        expected = fast(texts.ids[None], texts.lengths[None])[0]
    conversion.write_back(fast, [model], used)
    model.save_pretrained(tmp_path)
    again = type(model).from_pretrained(tmp_path).eval()
    with torch.no_grad():
        torch.testing.assert_close(logits_of(again, texts, used), expected, rtol=1e-4, atol=1e-5)


def test_every_parameter_of_a_model_is_learned():
    for name, make in MODELS.items():
        model = make()
        _, used = some_rows()
        fast = conversion.encoder([model], used)
        with torch.no_grad():
            for parameter in fast.parameters():
                parameter.fill_(7.0)
        before = {key: value.clone() for key, value in model.named_parameters()}
        conversion.write_back(fast, [model], used)
        same = [key for key, value in model.named_parameters() if torch.equal(value, before[key])]
        assert same == [], name


def test_a_model_of_another_architecture_is_refused():
    config = RobertaConfig(
        vocab_size=WORDS, num_hidden_layers=1, num_attention_heads=2, hidden_size=16
    )
    with pytest.raises(ValueError, match="model is a roberta: the fast encoder computes BERT"):
        conversion.encoder([RobertaForSequenceClassification(config)], torch.arange(WORDS))


@pytest.mark.parametrize("name", MODELS)
def test_the_update_is_that_of_adamw_with_clipping(name):
    model = lively(MODELS[name]())
    texts, used = some_rows()
    targets = torch.from_numpy(distribution([(i % 10,) for i in range(len(texts))]))
    fast, plain = conversion.encoder([model], used), conversion.encoder([model], used)
    parameters = Parameters(fast, torch.float32)
    optimiser = torch.optim.AdamW(plain.parameters(), lr=1e-2, weight_decay=0.0)
    for step in range(4):
        loss = functional.cross_entropy(fast(texts.ids[None], texts.lengths[None])[0], targets)
        parameters.gather(loss, fast)
        parameters.step(rate(step, 4, 1e-2))
        optimiser.zero_grad()
        functional.cross_entropy(plain(texts.ids[None], texts.lengths[None])[0], targets).backward()
        torch.nn.utils.clip_grad_norm_(plain.parameters(), 1.0)
        optimiser.param_groups[0]["lr"] = rate(step, 4, 1e-2)
        optimiser.step()
    for (key, parameter), (_, other) in zip(
        fast.named_parameters(), plain.named_parameters(), strict=True
    ):
        if key.endswith("qkv.bias"):  # attention does not see the keys' bias: its gradient is noise
            parameter, other = parameter.detach().clone(), other.detach().clone()
            parameter.chunk(3, 1)[1].zero_()
            other.chunk(3, 1)[1].zero_()
        torch.testing.assert_close(parameter, other, rtol=1e-3, atol=1e-4, msg=key)


@pytest.mark.parametrize("name", MODELS)
def test_the_fast_loop_gives_what_the_one_to_be_read_gives(name, monkeypatch):
    monkeypatch.setattr(device, "fast_dtype", lambda on: torch.float32)
    texts, used = some_rows(30)
    targets = torch.from_numpy(distribution([(i % 10, 9) for i in range(len(texts))]))
    recipe = {"epochs": 3, "batch_size": 8, "learning_rate": 1e-2, "seed": 7}
    before = logits_of(lively(MODELS[name]()).eval(), texts, used).detach()
    plain = reference.train(lively(MODELS[name]()), texts, targets, used, **recipe)
    fast = loop.train(lively(MODELS[name]()), texts, targets, used, on=CPU, **recipe)
    with torch.no_grad():
        read = logits_of(plain, texts, used)
        torch.testing.assert_close(
            fast.probabilities(texts), read.softmax(-1), rtol=1e-3, atol=1e-4
        )
    assert (read - before).abs().max() > 0.5  # both have moved
    for optional in ("epochs", "batch_size", "learning_rate", "seed"):
        other = recipe | {optional: recipe[optional] * 2}
        changed = logits_of(
            reference.train(lively(MODELS[name]()), texts, targets, used, **other), texts, used
        )
        assert (changed - read).abs().max() > 1e-2, optional


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_every_run_begins_alike_in_memory(dtype):
    """Elsewhere a product may sum in another order, and a run would depend on its row."""
    model, used = MODELS["distilbert"](), some_rows()[1]
    fast = conversion.encoder([model] * 3, used)
    parameters = Parameters(fast, dtype)
    for name, parameter in fast.named_parameters():
        starts = {parameter[run].data_ptr() % 64 for run in range(3)}
        assert len(starts) == 1, name
    n = sum(parameter[0].numel() for parameter in fast.parameters())
    assert parameters.values.shape[1] % 16 == 0 and n % 16  # so that rows had to be filled up


def test_the_rate_is_the_default_schedule_of_transformers():
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([parameter], lr=0.3)
    schedule = get_linear_schedule_with_warmup(optimiser, 0, 17)
    for step in range(17):
        assert rate(step, 17, 0.3) == pytest.approx(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()


def test_an_epoch_has_every_row_once_and_alike_rows_together():
    lengths = torch.from_numpy(np.random.default_rng(0).integers(5, 60, size=2003))
    batches = list(order(lengths, 8, torch.Generator().manual_seed(0)))
    assert torch.equal(torch.cat(batches).sort().values, torch.arange(2003))
    spread = np.mean([float(lengths[b].max() - lengths[b].min()) for b in batches])
    assert spread < 2
    assert sum(len(batch) < 8 for batch in batches) == 1
    again = list(order(lengths, 8, torch.Generator().manual_seed(0)))
    other = list(order(lengths, 8, torch.Generator().manual_seed(1)))
    assert all(torch.equal(a, b) for a, b in zip(batches, again, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(batches, other, strict=True))


def test_rows_are_cut_to_the_window_and_padded():
    long = Tokens(np.arange(10, 20, dtype=np.int32), np.arange(11, dtype=np.int32))
    short = Tokens(np.array([30], dtype=np.int32), np.arange(2, dtype=np.int32))
    made = rows([long, short], 4, first=1, last=2, padding=0)
    assert made.ids.tolist() == [[1, 10, 11, 12, 13, 2], [1, 30, 2, 0, 0, 0]]
    assert made.lengths.tolist() == [6, 3]


def test_dropout_keeps_the_mean_and_only_drops_in_training():
    torch.manual_seed(0)
    dropout, x = Dropout(0.3), torch.ones(100, 1000)
    dropped = dropout(x)
    assert float((dropped == 0).float().mean()) == pytest.approx(0.3, abs=0.01)
    assert float(dropped.mean()) == pytest.approx(1, abs=0.01)
    assert not torch.equal(dropped, dropout(x))
    assert torch.equal(dropout.eval()(x), x)


def test_several_labels_share_the_target():
    assert distribution([(2,), (0, 3, 9)])[0].tolist() == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    np.testing.assert_allclose(distribution([(0, 3, 9)])[0, [0, 3, 9]], 1 / 3)


def test_noise_hits_its_share_and_no_member():
    labels = [(1, 2)] * 4000
    members = range(0, 4000, 4)
    noisy = with_noise(labels, 0.4, members, [0, 3], 10)
    changed = {row for row, labels in enumerate(noisy) if labels != (1, 2)}
    assert not changed & set(members)
    assert len(changed) / 3000 == pytest.approx(0.4, abs=0.03)
    assert all(len(noisy[row]) == 1 for row in changed)
    assert {noisy[row][0] for row in changed} == set(range(10))
    less = with_noise(labels, 0.1, members, [0, 3], 10)
    assert {row for row, labels in enumerate(less) if labels != (1, 2)} < changed
    assert with_noise(labels, 0.0, members, [0, 3]) == labels


def a_task(n=96, seed=0):
    """Return rows whose label is their first word, with targets and the used ids."""
    draws = np.random.default_rng(seed)
    used = torch.arange(0, WORDS)
    labels = draws.integers(LABELS, size=n)
    documents = [
        Tokens(
            np.array([3 + label, *draws.integers(13, WORDS, size=draws.integers(2, 9))]),
            np.array([0, 1]),
        )
        for label in labels
    ]
    made = rows(documents, 12, first=1, last=2, padding=0)
    return made, torch.from_numpy(distribution([(int(label),) for label in labels])), used


def fit(seed=0, rate=4e-3, model=None, **more):
    texts, targets, used = a_task()
    choices = {"epochs": 40, "batch_size": 8, "learning_rate": rate, "seed": seed, "on": CPU}
    return loop.train(model or distilbert(), texts, targets, used, **(choices | more))


def test_training_learns_and_the_model_of_transformers_has_learned_it():
    texts, targets, used = a_task()
    trained = fit()
    probabilities = trained.probabilities(texts)
    assert float((probabilities.argmax(-1) == targets.argmax(-1)).float().mean()) > 0.95
    assert trained.steps == 40 * 12
    with torch.no_grad():
        expected = logits_of(trained.model.eval(), texts, used).softmax(-1)
    torch.testing.assert_close(probabilities, expected, rtol=0, atol=0.05)  # bf16 against float32
    assert torch.equal(probabilities.argmax(-1), expected.argmax(-1))


def test_one_seed_gives_one_model_and_leaves_the_generators_alone():
    model = distilbert(0.1)
    before = torch.get_rng_state()
    first = fit(seed=1, model=model, epochs=3)
    assert torch.equal(torch.get_rng_state(), before)
    texts, *_ = a_task()
    again = fit(seed=1, model=distilbert(0.1), epochs=3)
    assert torch.equal(first.probabilities(texts), again.probabilities(texts))
    other = fit(seed=2, model=distilbert(0.1), epochs=3)
    assert not torch.equal(first.probabilities(texts), other.probabilities(texts))


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_runs_side_by_side_are_runs_alone(name):
    tasks = [a_task(seed=seed) for seed in range(3)]
    texts, targets, [used, *_] = zip(*tasks, strict=True)
    assert len({tuple(rows_of_run.lengths.tolist()) for rows_of_run in texts}) == 3
    choices = {"epochs": 5, "batch_size": 7, "learning_rate": 4e-3, "on": CPU}
    together = loop.train_together(
        [lively(MODELS[name]()) for _ in tasks], texts, targets, used, seeds=[5, 6, 7], **choices
    )
    for run, firm in enumerate(together):
        alone = loop.train(
            lively(MODELS[name]()), texts[run], targets[run], used, seed=5 + run, **choices
        )
        assert firm.steps == alone.steps
        probabilities, other = firm.probabilities(texts[run]), alone.probabilities(texts[run])
        torch.testing.assert_close(probabilities, other, rtol=0, atol=5e-3)  # bf16
    first, second, _ = (firm.probabilities(texts[0]) for firm in together)
    assert float((first - second).abs().max()) > 0.05


def test_models_with_dropout_are_not_trained_side_by_side():
    texts, targets, used = a_task()
    with pytest.raises(ValueError, match="train each by itself"):
        loop.train_together(
            [distilbert(0.1), distilbert(0.1)], [texts] * 2, [targets] * 2, used, epochs=1,
            batch_size=8, learning_rate=1e-3, seeds=[0, 1], on=CPU,
        )  # fmt: skip


def test_progress_tells_every_step():
    told = []
    fit(epochs=2, progress=lambda step, steps: told.append((step, steps)))
    assert told == [(step, 24) for step in range(1, 25)]


def test_divergence_is_an_error_that_names_the_rate():
    with pytest.raises(FloatingPointError, match=r"lower the learning rate, now 1e\+30"):
        fit(rate=1e30)


def test_the_format_of_another_machine_can_be_asked_for(monkeypatch):
    for chosen, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        monkeypatch.setenv("COLLECTIVE_ACTION_DTYPE", chosen)
        assert device.fast_dtype(CPU) == dtype
    monkeypatch.setenv("COLLECTIVE_ACTION_DTYPE", "half")
    with pytest.raises(ValueError, match="COLLECTIVE_ACTION_DTYPE is 'half': it must be float32"):
        device.fast_dtype(CPU)


def test_float32_is_used_where_bf16_is_not_in_the_processor(monkeypatch):
    monkeypatch.delenv("COLLECTIVE_ACTION_DTYPE", raising=False)
    monkeypatch.setattr(device, "_cpu_lines", lambda: ["flags : fpu avx2"])
    assert device.fast_dtype(CPU) == torch.float32


def test_rows_move_to_a_device_as_a_whole():
    moved = some_rows()[0].to(CPU)
    assert isinstance(moved, Rows) and moved.ids.device == CPU


FREED_AND_ASKED_FOR_AGAIN = """
import ctypes, resource, sys
from collective_lab.training.fast.memory import keep_freed

if sys.argv[1] == "kept":
    assert keep_freed()
libc = ctypes.CDLL(None)  # tensors themselves leave small blocks above what they free, by chance
libc.malloc.argtypes, libc.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
size, count = 4 << 20, 5  # glibc by itself keeps twice the largest block
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(4):
    before = faults()
    blocks = [libc.malloc(size) for _ in range(count)]
    for block in blocks:
        ctypes.memset(block, 1, size)
    for block in blocks:
        libc.free(block)
    last = faults() - before
print(last)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has the option")
def test_freed_memory_is_not_mapped_anew():
    faults = {
        how: int(subprocess.check_output([sys.executable, "-c", FREED_AND_ASKED_FOR_AGAIN, how]))
        for how in ("kept", "returned")
    }
    assert faults["kept"] < 10 < 1_000 < faults["returned"]
