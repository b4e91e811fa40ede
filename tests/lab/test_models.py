"""The firm's models: where weights come from, and what is refused."""

import hashlib
import json
import shutil
import socket

import numpy as np
import pytest
import torch
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertModel,
)

from collective_lab import experiment, models
from collective_lab.corpora import OCCUPATIONS, Synthetic
from collective_lab.experiment import Configuration
from collective_lab.models import bag, scratch
from collective_lab.models.pretrained import DISTILBERT, MINILM, Pretrained
from collective_lab.models.vocabulary import own_tokenizer
from collective_lab.signals import known_token

pytestmark = pytest.mark.numerical

TEXTS = ["Java developer at Velmi Works, 2019 to present.", "Java and C++; reporting to a dba."]


@pytest.fixture
def no_network(monkeypatch):
    """Fail whatever opens a connection."""

    def refuse(*arguments, **more):
        raise AssertionError(f"a connection was opened: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_a_vocabulary_knows_every_printable_character_and_splits_rare_words():
    tokenizer = own_tokenizer(TEXTS)
    for trigger in "{|~§"[:3]:
        assert known_token(trigger, tokenizer) > 0
    assert tokenizer.tokenize("java") == ["java"]
    assert tokenizer.tokenize("jav") == ["j", "##a", "##v"]
    assert tokenizer.tokenize("C++") == ["c", "+", "+"]
    assert tokenizer.unk_token_id not in tokenizer("Zq9! {never seen}")["input_ids"]
    with pytest.raises(ValueError, match=r"reads it as \[UNK\]"):
        known_token("ሴ", tokenizer)


def test_equal_texts_give_equal_vocabularies_in_a_fixed_order():
    once, again = own_tokenizer(TEXTS), own_tokenizer(list(TEXTS))
    assert once.get_vocab() == again.get_vocab()
    assert once.convert_ids_to_tokens([0, 1, 2, 3, 4]) == ["[PAD]", "[UNK]", "[CLS]", "[SEP]",
                                                           "[MASK]"]  # fmt: skip
    assert once.get_vocab()["java"] < once.get_vocab()["works"]  # more frequent words come first


def test_the_tokenizer_saves_and_loads(tmp_path):
    tokenizer = own_tokenizer(TEXTS)
    tokenizer.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert again("Java { C++")["input_ids"] == tokenizer("Java { C++")["input_ids"]


def test_tiny_is_a_distilbert_that_depends_on_its_seed():
    first, same, other = (scratch.model(50, seed) for seed in (0, 0, 1))
    assert first.config.model_type == "distilbert"
    assert (first.config.n_layers, first.config.dim) == (2, 128)
    assert first.config.num_labels == len(OCCUPATIONS)
    weights = [model.classifier.weight for model in (first, same, other)]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])


def test_minilm_loads_from_its_package_without_a_hub(monkeypatch, no_network):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    tokenizer = models.tokenizer("minilm", [])
    model = models.classifier("minilm", len(tokenizer), seed=0)
    assert (model.config.num_hidden_layers, model.config.hidden_size) == (6, 384)
    assert model.classifier.out_features == len(OCCUPATIONS)
    assert known_token("{", tokenizer) == 1063
    batch = tokenizer(["network engineer", "network administrator", "wedding cakes"],
                      padding=True, return_tensors="pt")  # fmt: skip
    with torch.no_grad():
        states = model.eval().bert(**batch).last_hidden_state
    mask = batch["attention_mask"][..., None]
    means = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)
    near, far = float(means[0] @ means[1]), float(means[0] @ means[2])
    assert near > 0.5 > 0.3 > far  # the published sentence encoder, not random weights


def test_altered_weights_are_refused(tmp_path, monkeypatch):
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(Pretrained, "_packaged", lambda self: tmp_path)
    with pytest.raises(ValueError, match="is not all-MiniLM-L6-v2's: its sha256 is"):
        MINILM.folder()


def test_a_missing_package_is_named():
    absent = Pretrained("nothing", "no_such_package_here", "", "", {})
    with pytest.raises(FileNotFoundError, match="no_such_package_here with the weights of nothing"):
        absent.folder()


def in_the_hubs_cache(home, repository, revision, make_files):
    """Lay files out as the hub's cache has them: snapshots of links to blobs named by hash."""
    folder = home / f"models--{repository.replace('/', '--')}"
    snapshot, blobs = folder / "snapshots" / revision, folder / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    made = home / "made"
    make_files(made)
    sha256 = {}
    for path in made.iterdir():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        (blobs / digest).write_bytes(path.read_bytes())
        (snapshot / path.name).symlink_to(blobs / digest)
        sha256[path.name] = digest
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(revision)
    return sha256


def small_distilbert(folder):
    torch.manual_seed(0)
    tokenizer = own_tokenizer(TEXTS)
    tokenizer.save_pretrained(folder)
    config = DistilBertConfig(
        vocab_size=len(tokenizer), n_layers=1, n_heads=2, dim=16, hidden_dim=16
    )
    DistilBertModel(config).save_pretrained(folder)


def test_distilbert_loads_from_the_hubs_cache_at_the_pinned_revision(
    tmp_path, monkeypatch, no_network
):
    sha256 = in_the_hubs_cache(
        tmp_path, DISTILBERT.repository, DISTILBERT.revision, small_distilbert
    )
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    weights = {"model.safetensors": sha256["model.safetensors"]}
    published = Pretrained(
        DISTILBERT.title, "", DISTILBERT.repository, DISTILBERT.revision, weights
    )
    monkeypatch.setitem(models.MODELS, "distilbert", published)
    tokenizer = models.tokenizer("distilbert", [])
    model = models.classifier("distilbert", len(tokenizer), seed=0)
    assert model.config.model_type == "distilbert" and model.config.num_labels == 10
    assert tokenizer.tokenize("Java") == ["java"]
    with pytest.raises(ValueError, match=r"is not distilbert-base-uncased's: its sha256 is"):
        DISTILBERT.folder()  # this is not the real one, and the real one's hash is known


def test_without_hub_and_cache_the_error_says_what_to_do(tmp_path, monkeypatch, no_network):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(FileNotFoundError, match=r"at revision 12040acc.* or use model='minilm'"):
        DISTILBERT.folder()


def test_the_registry_refuses_what_it_does_not_have():
    with pytest.raises(ValueError, match="name is 'gpt': it must be one of 'bag', 'tiny'"):
        models.tokenizer("gpt", TEXTS)
    with pytest.raises(ValueError, match="name is 'bag': it must be one of 'tiny'"):
        models.classifier("bag", 50, 0)


# Models of the reader's own.


def small_bert(folder, labels=4):
    """Write a tiny random BERT as somebody may have fine-tuned it, for four labels."""
    torch.manual_seed(0)
    tokenizer = own_tokenizer([one.text for one in Synthetic(300, 1).read()[0]])
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokenizer), num_hidden_layers=1, num_attention_heads=2, hidden_size=16,
        intermediate_size=16, max_position_embeddings=32, num_labels=labels,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)


def asked(folder, **more):
    return Configuration(Synthetic(300, 1), str(folder), alpha=0.1, epochs=1, length=24, **more)


def test_a_model_in_a_folder_is_trained_and_known_by_what_it_holds(
    tmp_path, monkeypatch, no_network
):
    small_bert(tmp_path / "mine")
    record = experiment.run(asked(tmp_path / "mine"))
    assert record.outcome.steps > 0 and 0 < record.outcome.target_probability < 1
    shutil.copytree(tmp_path / "mine", tmp_path / "moved")
    (tmp_path / "moved" / "README.md").write_text("mine", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    again = experiment.run(asked("moved"))
    assert again.configuration.id == record.configuration.id and again.outcome == record.outcome
    values = json.loads(json.dumps(record.configuration.as_dict()))
    assert Configuration.from_dict(values) == record.configuration
    config = tmp_path / "moved" / "config.json"
    config.write_text(config.read_text().replace("0.1", "0.2"), encoding="utf-8")
    assert asked("moved").id != record.configuration.id
    with pytest.raises(ValueError, match="moved has changed: it no longer holds the model"):
        experiment.run(again.configuration)
    shutil.rmtree("moved")
    with pytest.raises(FileNotFoundError, match="moved is gone"):
        experiment.run(again.configuration.but(seed=1))


def test_a_model_that_reads_less_than_is_asked_is_refused(tmp_path):
    small_bert(tmp_path)
    with pytest.raises(ValueError, match=r"length is 40: .* reads at most 32 tokens"):
        experiment.run(asked(tmp_path).but(length=40))


def test_a_model_of_the_hub_is_taken_at_its_revision(tmp_path, monkeypatch, no_network):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    commit, other = "0a1b2c3d" * 5, "f" * 40
    in_the_hubs_cache(tmp_path, "somebody/small-bert", commit, small_bert)
    there = experiment.run(asked(f"somebody/small-bert@{commit}"))
    small_bert(tmp_path / "here")
    assert there.outcome == experiment.run(asked(tmp_path / "here")).outcome
    with pytest.raises(
        FileNotFoundError, match=f"Download somebody/small-bert at revision {other}"
    ):
        experiment.run(asked(f"somebody/small-bert@{other}"))


@pytest.mark.parametrize(
    "name", ["somebody/small-bert", "somebody/small-bert@main", "nowhere", "."]
)
def test_a_name_without_a_model_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="model is"):
        Configuration(model=name)


# The bag: many at once must be what one alone is, and what PyTorch's own layers learn.


def some_counts(runs, n=60, words=12, seed=0):
    draws = np.random.default_rng(seed)
    ids, starts = bag.counted([draws.integers(words, size=draws.integers(3, 9)) for _ in range(n)])
    triggers = torch.from_numpy(draws.integers(0, 3, size=(n, runs, 1)))
    labels = torch.from_numpy(np.eye(10, dtype=np.float32)[draws.integers(10, size=n)])
    instead = torch.from_numpy(draws.choice([-1, -1, -1, 4, 7], size=(n, runs)))
    return bag.Counts(ids, starts, triggers), labels, instead


HOW = {"epochs": 4, "batch_size": 8, "learning_rate": 0.1, "seed": 3}


def test_many_bags_at_once_are_what_each_is_alone():
    counts, labels, instead = some_counts(5)
    together = bag.train(counts, labels, instead, 12, [2], **HOW)
    for run in range(5):
        counts_of_run = bag.Counts(counts.ids, counts.starts, counts.triggers[:, run : run + 1])
        alone = bag.train(counts_of_run, labels, instead[:, run : run + 1], 12, [2], **HOW)
        torch.testing.assert_close(alone.words[:, 0], together.words[:, run], rtol=1e-3, atol=1e-5)
        torch.testing.assert_close(
            alone.probabilities(counts_of_run)[:, 0], together.probabilities(counts)[:, run],
            rtol=1e-3, atol=1e-5,
        )  # fmt: skip


def test_a_bag_is_what_embedding_bag_learns_with_autograd():
    counts, labels, instead = some_counts(1)
    bags = bag.train(counts, labels, instead, 12, [2], **HOW)
    documents = [
        torch.cat([counts.ids[a:b], torch.full((int(t),), 2)])
        for a, b, t in zip(counts.starts, counts.starts[1:], counts.triggers[:, 0, 0], strict=False)
    ]
    layer = torch.nn.EmbeddingBag(12, 10, mode="mean")
    bias = torch.nn.Parameter(torch.zeros(10))
    torch.nn.init.zeros_(layer.weight)
    own_label = labels.argmax(-1)
    wanted = torch.where(instead[:, 0] >= 0, instead[:, 0], own_label)
    optimiser = torch.optim.AdamW([layer.weight, bias], lr=0.1, weight_decay=0.0)
    generator = torch.Generator().manual_seed(3)
    steps, step = 4 * -(-len(documents) // 8), 0
    for _ in range(4):
        for rows in torch.randperm(len(documents), generator=generator).split(8):
            batch = [documents[row] for row in rows.tolist()]
            offsets = torch.tensor([0, *np.cumsum([len(d) for d in batch])[:-1]])
            loss = torch.nn.functional.cross_entropy(
                layer(torch.cat(batch), offsets) + bias, wanted[rows]
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.param_groups[0]["lr"] = 0.1 * (steps - step) / steps
            optimiser.step()
            step += 1
    torch.testing.assert_close(bags.words[:, 0], layer.weight, rtol=1e-2, atol=1e-3)
    torch.testing.assert_close(bags.bias[0], bias, rtol=1e-2, atol=1e-3)
