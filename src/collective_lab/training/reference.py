"""How a firm trains, in the words of `transformers`: to be read; `fast` is what sweeps run."""

import math

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils import clip_grad_norm_
from transformers import PreTrainedModel, get_linear_schedule_with_warmup

from collective_lab.training.fast.batches import Rows, order
from collective_lab.training.fast.parameters import MOST_NORM
from collective_lab.training.optimizers import BETAS, EPSILON


def train(
    model: PreTrainedModel,
    rows: Rows,
    targets: Tensor,
    used: Tensor,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> PreTrainedModel:
    """Train a model on the CPU in float32 and return it.

    For a model without dropout it gives what `fast.loop.train` gives, up to rounding.

    Parameters
    ----------
    model
        A classifier of `transformers`, trained in place.
    rows
        Training texts; their ids are positions in `used`.
    targets
        Target distributions, shape (n, n_labels), rows summing to 1.
    used
        The token ids that occur anywhere, ascending.
    epochs, batch_size, learning_rate
        Passes over the rows, rows per step, highest learning rate.
    seed
        Decides order and dropout.
    """
    steps = epochs * math.ceil(len(rows) / batch_size)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=learning_rate, betas=BETAS, eps=EPSILON, weight_decay=0.0
    )
    schedule = get_linear_schedule_with_warmup(optimizer, 0, steps)
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model.train()
    for _ in range(epochs):
        for positions in order(rows.lengths, batch_size, generator):
            batch = rows.batch(positions)
            mask = torch.arange(batch.ids.shape[1]) < batch.lengths[:, None]  # (batch, length)
            logits = model(input_ids=used[batch.ids], attention_mask=mask.long()).logits
            loss = functional.cross_entropy(logits, targets[positions])
            optimizer.zero_grad()
            loss.backward()
            clip_grad_norm_(model.parameters(), MOST_NORM)
            optimizer.step()
            schedule.step()
    return model.eval()
