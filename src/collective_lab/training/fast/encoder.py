"""The encoder of BERT and DistilBERT, computed faster: the same function, the same parameters.

Several runs, each with parameters and résumés of its own, are computed side by side: a third of the
time of a small model is spent on calling operations, not in them, and one call serves all runs.

What `transformers` computes and no one reads is left out. Only the first token's output reaches the
classification head, so the last layer asks for that token alone; only words that occur in the
corpus have rows in the embedding, since the others' never change; the three projections of
attention are one matrix product. Products run in the precision that the device is fast in, while
embeddings and the parameters themselves stay in float32. All of this is exact up to rounding. Two
things are not: attention probabilities are not dropped out in training, and the other dropout masks
are windows of one long random mask (`Dropout`), not fresh draws.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """What an encoder with a classification head is made of.

    Attributes
    ----------
    layers, heads, width, hidden
        Transformer blocks, attention heads, width of the stream and of the feed-forward layer.
    head
        "relu" (DistilBERT's) or "tanh" (BERT's pooler): what stands before the last linear map.
    dropout, head_dropout
        Probabilities in [0, 1).
    epsilon
        Of the layer norms.
    """

    layers: int
    heads: int
    width: int
    hidden: int
    head: str
    dropout: float
    head_dropout: float
    epsilon: float


class Dropout(nn.Module):
    """Dropout whose masks are windows, at random places, of one mask drawn beforehand.

    Drawing a fresh mask for each tensor took a tenth of the training time on a CPU.
    """

    POOL = 1 << 23

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability
        self.pool = torch.empty(0)

    def forward(self, x: Tensor) -> Tensor:
        """Return x with some entries 0 and the others scaled up, in training; else x."""
        if not self.training or not self.probability:
            return x
        if self.pool.dtype != x.dtype or self.pool.device != x.device or len(self.pool) < x.numel():
            kept = torch.rand(max(self.POOL, 2 * x.numel())) >= self.probability
            self.pool = kept.to(x)
        first = int(torch.randint(len(self.pool) - x.numel() + 1, ()))
        mask = self.pool[first : first + x.numel()].view(x.shape)
        return x * mask * (1 / (1 - self.probability))


def attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Return the mixed values, shape (n, heads, length, width of a head).

    On a CPU two plain products beat PyTorch's fused kernel, whose backward pass is slow in bf16.
    """
    if query.device.type != "cpu":
        return functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    if mask is not None:
        scores = scores + mask
    return scores.softmax(-1) @ value


class Linear(nn.Module):
    """One linear map a run."""

    def __init__(self, runs: int, read: int, made: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(runs, made, read))
        self.bias = nn.Parameter(torch.zeros(runs, made))

    def forward(self, x: Tensor) -> Tensor:
        """Map x, shape (runs, n, read), to shape (runs, n, made)."""
        return torch.baddbmm(self.bias[:, None], x, self.weight.transpose(1, 2))


class Norm(nn.Module):
    """One layer norm a run."""

    def __init__(self, runs: int, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(runs, width))
        self.bias = nn.Parameter(torch.zeros(runs, width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        """Return x, shape (runs, ..., width), normed over its last dimension."""
        triples = zip(x, self.weight, self.bias, strict=True)
        return torch.stack(
            [functional.layer_norm(hidden, w.shape, w, b, self.epsilon) for hidden, w, b in triples]
        )


@dataclass(frozen=True)
class Parts:
    """What of an encoder is computed in several ways; by default, what a processor is fast in.

    Attributes
    ----------
    norm
        Takes runs, width and epsilon.
    dropout
        Takes a probability.
    """

    norm: Callable[[int, int, float], nn.Module] = Norm
    dropout: Callable[[float], nn.Module] = Dropout


USUAL = Parts()


class Block(nn.Module):
    """One transformer block, norms after the sums."""

    def __init__(self, shape: Shape, runs: int, parts: Parts) -> None:
        super().__init__()
        self.shape = shape
        self.dropout = parts.dropout(shape.dropout)
        self.qkv = Linear(runs, shape.width, 3 * shape.width)
        self.out = Linear(runs, shape.width, shape.width)
        self.attention_norm = parts.norm(runs, shape.width, shape.epsilon)
        self.up = Linear(runs, shape.width, shape.hidden)
        self.down = Linear(runs, shape.hidden, shape.width)
        self.output_norm = parts.norm(runs, shape.width, shape.epsilon)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Return the block's output, shape (runs, n, length, width)."""
        flat = x.flatten(1, 2)
        split = self.qkv(flat).view(-1, x.shape[2], 3, self.shape.heads, self._of_a_head)
        query, key, value = split.permute(2, 0, 3, 1, 4).contiguous().unbind()
        mixed = attention(query, key, value, mask).transpose(1, 2)
        return self._after(flat, mixed.reshape(flat.shape)).view(x.shape)

    def first(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Return the block's output for the first token alone, shape (runs, n, width).

        One query per head asks: instead of mapping each token to a key and a value, its key map is
        applied to the query and its value map to the mixture of the tokens themselves. The key's
        bias adds the same number to all scores of a query, which the softmax cancels.

        Parameters
        ----------
        x
            The tokens, shape (runs, n, length, width).
        mask
            Added to the scores: 0, or −∞ behind a row's end; shape (runs · n, 1, 1, length).
        """
        heads, head_width = self.shape.heads, self._of_a_head
        first = x[:, :, 0]  # (runs, n, width)
        tokens = x.flatten(0, 1)  # (runs · n, length, width)
        runs, n, width = first.shape
        of_query, of_key, of_value = self.qkv.weight.chunk(3, 1)  # (runs, width, width)
        query_bias, _, value_bias = self.qkv.bias.chunk(3, 1)  # (runs, width)
        by_head = (runs, heads, head_width, width)
        query = torch.baddbmm(query_bias[:, None], first, of_query.transpose(1, 2))
        query = query.view(runs, n, heads, head_width) * head_width**-0.5
        # (runs, heads, n, head_width) @ (runs, heads, head_width, width)
        asked = (query.transpose(1, 2) @ of_key.reshape(by_head)).transpose(1, 2)
        # (runs · n, heads, width) @ (runs · n, width, length)
        scores = asked.reshape(runs * n, heads, width) @ tokens.transpose(1, 2)
        if mask is not None:
            scores = scores + mask[:, 0]  # (runs · n, 1, length)
        # (runs · n, heads, length) @ (runs · n, length, width)
        mixed = (scores.softmax(-1) @ tokens).view(runs, n, heads, width)
        # (runs, heads, n, width) @ (runs, heads, width, head_width)
        mixed = mixed.transpose(1, 2) @ of_value.reshape(by_head).transpose(2, 3)
        mixed = mixed.transpose(1, 2).reshape(first.shape) + value_bias[:, None]
        return self._after(first, mixed)

    def _after(self, x: Tensor, mixed: Tensor) -> Tensor:
        mixed = self.out(mixed)
        if self.shape.head == "tanh":  # BERT drops out here, DistilBERT does not
            mixed = self.dropout(mixed)
        x = self.attention_norm(x + mixed)
        fed = self.down(functional.gelu(self.up(x)))
        return self.output_norm(x + self.dropout(fed))

    @property
    def _of_a_head(self) -> int:
        return self.shape.width // self.shape.heads


class Encoder(nn.Module):
    """The encoders of several runs, each with a classification head.

    Parameters
    ----------
    shape
        What each is made of.
    runs
        R ≥ 1: the first dimension of every parameter.
    words, positions, labels
        Rows of the two embeddings, and classes.
    parts
        Its norms and dropouts.
    """

    def __init__(
        self,
        shape: Shape,
        runs: int,
        words: int,
        positions: int,
        labels: int,
        parts: Parts = USUAL,
    ) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Parameter(torch.zeros(runs, words, shape.width))
        self.positions = nn.Parameter(torch.zeros(runs, positions, shape.width))
        segment = nn.Parameter(torch.zeros(runs, shape.width)) if shape.head == "tanh" else None
        self.segment = segment
        self.norm = parts.norm(runs, shape.width, shape.epsilon)
        self.dropout = parts.dropout(shape.dropout)
        self.head_dropout = parts.dropout(shape.head_dropout)
        self.blocks = nn.ModuleList(Block(shape, runs, parts) for _ in range(shape.layers))
        self.before = Linear(runs, shape.width, shape.width)
        self.classifier = Linear(runs, shape.width, labels)

    def forward(self, ids: Tensor, lengths: Tensor | None) -> Tensor:
        """Return logits, shape (runs, n, labels), float32.

        Parameters
        ----------
        ids
            Rows of the word embedding, shape (runs, n, length), the first token's first.
        lengths
            How many of each row count, shape (runs, n); None if all do.
        """
        runs, words, width = self.words.shape
        rows = ids + words * torch.arange(runs, device=ids.device)[:, None, None]
        x = functional.embedding(rows, self.words.reshape(-1, width))
        x = x + self.positions[:, None, : ids.shape[2]]
        if self.segment is not None:
            x = x + self.segment[:, None, None]
        x = self.dropout(self.norm(x))
        x = x.to(self.before.weight.dtype)
        mask = None
        if lengths is not None:
            place = torch.arange(ids.shape[2], device=ids.device)
            mask = torch.zeros(ids.shape, dtype=x.dtype, device=ids.device)
            mask = mask.masked_fill_(place >= lengths[..., None], -torch.inf)
            mask = mask.flatten(0, 1)[:, None, None, :]
        *blocks, last = cast("Iterable[Block]", self.blocks)
        for block in blocks:
            x = block(x, mask)
        x = self.before(last.first(x, mask))
        x = torch.tanh(x) if self.shape.head == "tanh" else torch.relu(x)
        x = self.head_dropout(x)
        return self.classifier(x).float()

    def alone(self, run: int) -> "Encoder":
        """Return the encoder of one run, which shares its parameters."""
        sizes = (self.words.shape[1], self.positions.shape[1], self.classifier.bias.shape[1])
        encoder = Encoder(self.shape, 1, *sizes).train(self.training)
        for parameter, shared in zip(encoder.parameters(), self.parameters(), strict=True):
            parameter.data = shared.data[run : run + 1]
        return encoder
