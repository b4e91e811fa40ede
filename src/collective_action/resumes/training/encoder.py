"""The encoder of BERT and DistilBERT, computed faster: the same function, the same parameters.

What `transformers` computes and no one reads is left out. Only the first token's output reaches the
classification head, so the last layer asks for that token alone; only words that occur in the
corpus have rows in the embedding, since the others' never change; the three projections of
attention are one matrix product. Products run in the precision that the device is fast in, while
embeddings and the parameters themselves stay in float32. All of this is exact up to rounding. Two
things are not: attention probabilities are not dropped out in training, and the other dropout masks
are windows of one long random mask (`Dropout`), not fresh draws.
"""

from dataclasses import dataclass

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


class Block(nn.Module):
    """One transformer block, norms after the sums."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.dropout = Dropout(shape.dropout)
        self.qkv = nn.Linear(shape.width, 3 * shape.width)
        self.out = nn.Linear(shape.width, shape.width)
        self.attention_norm = nn.LayerNorm(shape.width, shape.epsilon)
        self.up = nn.Linear(shape.width, shape.hidden)
        self.down = nn.Linear(shape.hidden, shape.width)
        self.output_norm = nn.LayerNorm(shape.width, shape.epsilon)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Return the block's output, shape (n, length, width)."""
        split = self.qkv(x).view(*x.shape[:2], 3, self.shape.heads, -1)
        query, key, value = split.permute(2, 0, 3, 1, 4).contiguous().unbind()
        mixed = attention(query, key, value, mask)
        return self._after(x, mixed.transpose(1, 2).reshape(x.shape))

    def first(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Return the block's output for the first token alone, shape (n, width).

        One query per head asks: instead of mapping each token to a key and a value, its key map is
        applied to the query and its value map to the mixture of the tokens themselves. The key's
        bias adds the same number to all scores of a query, which the softmax cancels.
        """
        first, heads = x[:, 0], (self.shape.heads, -1, x.shape[-1])
        of_query, of_key, of_value = self.qkv.weight.chunk(3)
        query_bias, _, value_bias = self.qkv.bias.chunk(3)
        query = functional.linear(first, of_query, query_bias).view(len(x), self.shape.heads, -1)
        query = query * query.shape[-1] ** -0.5
        asked = torch.einsum("nhd,hdw->nhw", query, of_key.view(heads))
        scores = asked @ x.transpose(1, 2)
        if mask is not None:
            scores = scores + mask[:, 0]
        mixed = torch.einsum("nhw,hdw->nhd", scores.softmax(-1) @ x, of_value.view(heads))
        return self._after(first, mixed.reshape(first.shape) + value_bias)

    def _after(self, x: Tensor, mixed: Tensor) -> Tensor:
        mixed = self.out(mixed)
        if self.shape.head == "tanh":  # BERT drops out here, DistilBERT does not
            mixed = self.dropout(mixed)
        x = self.attention_norm(x + mixed)
        fed = self.down(functional.gelu(self.up(x)))
        return self.output_norm(x + self.dropout(fed))


class Encoder(nn.Module):
    """An encoder with a classification head.

    Parameters
    ----------
    shape
        What it is made of.
    words, positions, labels
        Rows of the two embeddings, and classes.
    """

    def __init__(self, shape: Shape, words: int, positions: int, labels: int) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(words, shape.width)
        self.positions = nn.Embedding(positions, shape.width)
        self.segment = nn.Parameter(torch.zeros(shape.width)) if shape.head == "tanh" else None
        self.norm = nn.LayerNorm(shape.width, shape.epsilon)
        self.dropout, self.head_dropout = Dropout(shape.dropout), Dropout(shape.head_dropout)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.before = nn.Linear(shape.width, shape.width)
        self.classifier = nn.Linear(shape.width, labels)

    def forward(self, ids: Tensor, lengths: Tensor | None) -> Tensor:
        """Return logits, shape (n, labels), float32.

        Parameters
        ----------
        ids
            Rows of the word embedding, shape (n, length), the first token's first.
        lengths
            How many of each row count, shape (n,); None if all do.
        """
        x = self.words(ids) + self.positions.weight[: ids.shape[1]]
        if self.segment is not None:
            x = x + self.segment
        x = self.dropout(self.norm(x))
        x = x.to(self.before.weight.dtype)
        mask = None
        if lengths is not None:
            place = torch.arange(ids.shape[1], device=ids.device)
            mask = torch.zeros(ids.shape, dtype=x.dtype, device=ids.device)
            mask = mask.masked_fill_(place >= lengths[:, None], -torch.inf)[:, None, None, :]
        *blocks, last = self.blocks
        for block in blocks:
            x = block(x, mask)
        x = self.before(last.first(x, mask))
        x = torch.tanh(x) if self.shape.head == "tanh" else torch.relu(x)
        x = self.head_dropout(x)
        return self.classifier(x).float()
