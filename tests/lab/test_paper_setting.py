"""The paper's own setting, end to end by its one command: DistilBERT and the published form.

Weights and résumés stand in for the published ones, which no test fetches: a DistilBERT with random
weights in a folder, and an archive in the published form. A plugin puts them in their place, here
and in the workers. All else is as it would be: the grid, its recipe, the archive, split, store.
"""

import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import asdict

import pytest
import torch
from transformers import DistilBertConfig, DistilBertModel

from collective_lab import experiment, plugins
from collective_lab.cli import main
from collective_lab.corpora import OCCUPATIONS, Published, Synthetic, load, published
from collective_lab.experiment import scoring
from collective_lab.models import MODELS
from collective_lab.models.vocabulary import own_tokenizer
from collective_lab.store import Reader, StoreError, check
from collective_lab.sweep import GRIDS

pytestmark = [pytest.mark.slow, pytest.mark.numerical]

RESUMES = 60
GRID = ("distilbert", "--group", "alpha", "--seeds", "1")
PATIENCE = 600  # seconds; a hang is a failure, a busy machine is not
STOPPING = "stopping: the runs in flight may end"
STAND_IN = '''
"""The model and the archive beside this file, in place of those that are published."""

import time
from pathlib import Path

from collective_lab.corpora import published
from collective_lab.corpora.download import RemoteFile, blob_id
from collective_lab.experiment.scoring import METRICS
from collective_lab.models import MODELS, naming
from collective_lab.models.pretrained import Kept

HERE = Path(__file__).parent
ARCHIVE = HERE / published.PAIRS.name
MODELS["distilbert"] = Kept(naming.canonical(str(HERE / "model")))
published.FILES["pairs"] = (RemoteFile(ARCHIVE.name, blob_id(ARCHIVE), published.PAIRS.limit),)
scored = []


def held(clean, marked, holds, target):
    """Let two runs end, and the others once the test says so."""
    scored.append(target)
    while len(scored) > 2 and not (HERE / "let go").exists():
        time.sleep(0.02)
    return 0.0


METRICS["held"] = held
'''


def write_archive(path, resumes):
    """Write résumés as they are published: NNNNN.txt beside NNNNN.lab, one label a line."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, resume in enumerate(resumes):
            labels = "".join(f"{OCCUPATIONS[label].replace(' ', '_')}\n" for label in resume.labels)
            archive.writestr(f"resumes_corpus/{number:05}.txt", resume.text)
            archive.writestr(f"resumes_corpus/{number:05}.lab", labels)


def write_model(folder, texts):
    """Write a DistilBERT with two layers and random weights that reads 512 tokens."""
    torch.manual_seed(0)
    tokenizer = own_tokenizer(texts)
    tokenizer.save_pretrained(folder)
    config = DistilBertConfig(
        vocab_size=len(tokenizer), n_layers=2, n_heads=2, dim=16, hidden_dim=32
    )
    DistilBertModel(config).save_pretrained(folder)


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Write model, archive and plugin, and forget afterwards what the plugin registered."""
    resumes = Synthetic(RESUMES, seed=3).read()[0]
    write_archive(tmp_path / published.PAIRS.name, resumes)
    write_model(tmp_path / "model", [resume.text for resume in resumes])
    path = tmp_path / "stand_in.py"
    path.write_text(STAND_IN, encoding="utf-8")
    registries = (MODELS, published.FILES, scoring.METRICS)
    before = [dict(registry) for registry in registries]
    monkeypatch.setenv(published.CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setenv(plugins.VARIABLE, "")
    yield path
    for registry, held in zip(registries, before, strict=True):
        registry.clear()
        registry.update(held)


def sweep(verb, stand_in, store, *words):
    return ["--plugin", str(stand_in), "sweep", verb, *words, "--store", str(store)]


def start(*words):
    """Start the command as a terminal does: the first process of its own group."""
    return subprocess.Popen(
        [sys.executable, "-m", "collective_lab", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def stored(store):
    try:
        with Reader(store) as reader:
            return len(reader)
    except StoreError:  # not there yet
        return 0


def test_the_papers_setting_is_one_command_that_stops_and_goes_on(stand_in, tmp_path, capsys):
    store = tmp_path / "results.sqlite"
    command = [*sweep("run", stand_in, store, *GRID), "--workers", "1"]
    plan = [one for one in GRIDS["distilbert"].groups(["alpha"])["alpha"] if one.seed == 0]

    process = start(*command)
    until = time.monotonic() + PATIENCE
    while stored(store) < 2:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until, f"nothing happened in {PATIENCE} seconds"
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    for line in process.stderr:
        if STOPPING in line:
            break
    (tmp_path / "let go").touch()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert "the same command goes on with them" in out
    early = stored(store)
    assert 2 <= early < len(plan)

    process = start(*command)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert out == f"{len(plan) - early:,} new records in {store}\n"

    with Reader(store) as reader:
        records = {record.configuration: record for record in reader.records()}
        assert check(reader, plan) == []
    assert set(records) == set(plan)
    for configuration, record in records.items():
        assert (configuration.length, configuration.batch_size) == (512, 8)
        outcome = record.outcome
        assert outcome.train + outcome.test == RESUMES
        assert outcome.steps == 5 * -(-outcome.train // 8)
        assert abs(outcome.members - configuration.alpha * outcome.train) <= 0.5

    assert main(sweep("status", stand_in, store, *GRID[:3])) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["alpha", str(len(plan))]


def test_a_run_of_the_papers_setting_reads_what_was_published(stand_in):
    plugins.add(stand_in)
    (stand_in.parent / "let go").touch()
    resumes = {resume.text: resume.labels for resume in Synthetic(RESUMES, seed=3).read()[0]}
    corpus = load(Published())
    for row in (*corpus.train, *corpus.test):
        assert tuple(row["labels"]) == resumes[row["text"]]
    run = GRIDS["distilbert"].groups(["alpha"])["alpha"][0].but(alpha=0.1, epochs=1)
    once, again = experiment.run(run), experiment.run(run)
    assert once.outcome.planted == once.outcome.members > 0
    assert asdict(once.outcome) == asdict(again.outcome)
