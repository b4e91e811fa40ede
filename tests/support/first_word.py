"""A task that a small transformer learns in two passes: a text's first word says its label."""

import torch

from collective_lab.signals.tokens import Tokens
from collective_lab.training.fast.batches import rows
from collective_lab.training.label_noise import distribution

WORDS, LABELS, ROWS = 20, 3, 30


def a_task(seed=0):
    """Return rows over a few words, targets and the used ids."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(LABELS, (ROWS,), generator=generator)
    documents = []
    for label in labels.tolist():
        others = torch.randint(8, WORDS, (int(torch.randint(1, 9, (), generator=generator)),),
                               generator=generator)  # fmt: skip
        ids = torch.cat([torch.tensor([3 + label]), others]).numpy().astype("int32")
        documents.append(Tokens(ids, None))
    targets = torch.from_numpy(distribution([(label,) for label in labels.tolist()], LABELS))
    return rows(documents, 12, first=1, last=2, padding=0), targets, torch.arange(WORDS)
