"""Small networks for images and tables, many at once: one layer of ReLU units and a softmax.

Every function takes R independent networks, one per row of θ, and gives R answers: seeds and
collectives of all sizes run side by side, and no row depends on which others run beside it. The
gradient is in closed form, so that a record's share of it, and its length, cost no more than the
sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from collective_action.validation import at_least


@dataclass(frozen=True)
class ReluNetwork:
    """A classifier of vectors into K labels, z(x) = V·max(0, Wx + b) + c and the softmax of z.

    θ has p = H(d+1) + K(H+1) entries: W (H rows of d), b (H), V (K rows of H), c (K).

    Parameters
    ----------
    inputs
        d ≥ 1 features.
    hidden
        H ≥ 1 units.
    labels
        K ≥ 2 labels.

    Raises
    ------
    ValueError
        If one of them is smaller.
    """

    inputs: int
    hidden: int
    labels: int

    def __post_init__(self) -> None:
        at_least("inputs", self.inputs, 1)
        at_least("hidden", self.hidden, 1)
        at_least("labels", self.labels, 2)

    @property
    def parameters(self) -> int:
        """The number p of entries of θ."""
        return self.hidden * (self.inputs + 1) + self.labels * (self.hidden + 1)

    def start(
        self, generators: Sequence[torch.Generator], dtype: torch.dtype = torch.float32
    ) -> Tensor:
        """Return θ₀ of one network for each generator, shape (R, p).

        W has independent normal entries of variance 2/d and V of variance 1/H; b and c are 0.
        """
        d, h, k = self.inputs, self.hidden, self.labels
        rows = []
        for generator in generators:
            inner = torch.randn(h * d, generator=generator, dtype=dtype) * (2 / d) ** 0.5
            outer = torch.randn(k * h, generator=generator, dtype=dtype) / h**0.5
            rows.append(torch.cat([inner, inner.new_zeros(h), outer, outer.new_zeros(k)]))
        return torch.stack(rows)

    def layers(self, theta: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return W (R, H, d), b (R, H), V (R, K, H) and c (R, K) of θ (R, p).

        Raises
        ------
        ValueError
            If θ has another shape.
        """
        if theta.ndim != 2 or theta.shape[1] != self.parameters:
            raise ValueError(
                f"theta has shape {tuple(theta.shape)}: it must be (R, {self.parameters})"
            )
        d, h, k = self.inputs, self.hidden, self.labels
        w, b, v, c = theta.split([h * d, h, k * h, k], dim=1)
        return w.reshape(-1, h, d), b, v.reshape(-1, k, h), c

    def logits(self, theta: Tensor, features: Tensor) -> Tensor:
        """Return z(x), shape (R, n, K).

        Parameters
        ----------
        theta
            Shape (R, p), one network a row.
        features
            Shape (n, d), the same for all networks, or (R, n, d).

        Raises
        ------
        ValueError
            If a shape does not fit.
        """
        return self._pass(theta, features)[1]

    def answers(self, theta: Tensor, features: Tensor) -> Tensor:
        """Return the most likely label of each record, shape (R, n); parameters as in `logits`."""
        return self.logits(theta, features).argmax(dim=2)

    def losses(self, theta: Tensor, features: Tensor, labels: Tensor) -> Tensor:
        """Return −log of the probability of each record's label, shape (R, n).

        Parameters
        ----------
        theta, features
            As in `logits`.
        labels
            Integers from 0, shape (R, n).

        Raises
        ------
        ValueError
            If a shape does not fit.
        """
        logits = self.logits(theta, features)
        self._require_labels(labels, logits)
        return logits.logsumexp(dim=2) - logits.gather(2, labels[..., None])[..., 0]

    def lengths(self, theta: Tensor, features: Tensor, labels: Tensor) -> Tensor:
        """Return the Euclidean length of each record's gradient, shape (R, n), without forming it.

        A record's gradient with respect to a layer is the product of a column (what comes back to
        the layer) and a row (what the layer was given, and a 1 for the bias), so its length is the
        product of theirs (Goodfellow 2015: "ghost norms").

        Parameters
        ----------
        theta, features, labels
            As in `losses`.
        """
        return _lengths(*self._backward(theta, features, labels))

    def summed_gradient(
        self,
        theta: Tensor,
        features: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        clip: float | None = None,
    ) -> Tensor:
        """Return Σ w_i·g_i over the records, g_i cut to length `clip`; shape (R, p).

        Parameters
        ----------
        theta, features, labels
            As in `losses`.
        weights
            What each record counts, shape (R, n); 1 if left out. A record of weight 0 is absent.
        clip
            The longest gradient that counts, above 0; longer ones are shortened to it before they
            are weighed. No limit if left out.

        Raises
        ------
        ValueError
            If a shape does not fit or the clip is not above 0.
        """
        given, back = self._backward(theta, features, labels)
        if weights is not None and weights.shape != labels.shape:
            raise ValueError(
                f"weights has shape {tuple(weights.shape)}: it must be {tuple(labels.shape)}"
            )
        if clip is not None:
            limit = at_least("clip", clip, 0, strictly=True)
            kept = limit / _lengths(given, back).clamp(min=limit)
            weights = kept if weights is None else weights * kept
        if weights is not None:
            back = [error * weights[..., None] for error in back]
        parts = []
        for layer, error in zip(given, back, strict=True):
            parts += [(error.transpose(1, 2) @ layer).flatten(1), error.sum(1)]
        return torch.cat(parts, dim=1)

    def squared_gradients(
        self, theta: Tensor, features: Tensor, labels: Tensor, weights: Tensor
    ) -> Tensor:
        """Return Σ w_i·g_i² over the records, entry by entry; shape (R, p).

        Their mean is the diagonal of the empirical Fisher information.

        Parameters
        ----------
        theta, features, labels
            As in `losses`.
        weights
            What each record counts, shape (R, n).
        """
        given, back = self._backward(theta, features, labels)
        parts = []
        for layer, error in zip(given, back, strict=True):
            squares = error.square() * weights[..., None]
            parts += [(squares.transpose(1, 2) @ layer.square()).flatten(1), squares.sum(1)]
        return torch.cat(parts, dim=1)

    def record_gradients(self, theta: Tensor, features: Tensor, labels: Tensor) -> Tensor:
        """Return the gradient of each record's loss, shape (R, n, p).

        Parameters
        ----------
        theta, features, labels
            As in `losses`.
        """
        given, back = self._backward(theta, features, labels)
        parts = []
        for layer, error in zip(given, back, strict=True):
            outer = error[..., :, None] * layer[..., None, :]
            parts += [outer.flatten(2), error]
        return torch.cat(parts, dim=2)

    def _pass(self, theta: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return the hidden units, (R, n, H), and the logits, (R, n, K)."""
        w, b, v, c = self.layers(theta)
        shared = features.ndim == 2
        if features.shape[-1] != self.inputs or not (
            shared or (features.ndim == 3 and len(features) == len(theta))
        ):
            raise ValueError(
                f"features has shape {tuple(features.shape)}: it must be (n, {self.inputs}) or "
                f"({len(theta)}, n, {self.inputs})"
            )
        units = (features @ w.transpose(1, 2) + b[:, None]).clamp(min=0)
        return units, units @ v.transpose(1, 2) + c[:, None]

    def _backward(
        self, theta: Tensor, features: Tensor, labels: Tensor
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Return what each layer was given and what error comes back to it, a pair of lists."""
        units, logits = self._pass(theta, features)
        self._require_labels(labels, logits)
        outer = logits.softmax(dim=2)
        outer.scatter_add_(2, labels[..., None], -torch.ones_like(outer[..., :1]))
        inner = (outer @ self.layers(theta)[2]) * (units > 0)
        given = features if features.ndim == 3 else features[None]
        return [given, units], [inner, outer]

    def _require_labels(self, labels: Tensor, logits: Tensor) -> None:
        if labels.shape != logits.shape[:2]:
            raise ValueError(
                f"labels has shape {tuple(labels.shape)}: it must be {tuple(logits.shape[:2])}"
            )


def _lengths(given: list[Tensor], back: list[Tensor]) -> Tensor:
    squares = [
        (layer.square().sum(-1) + 1) * error.square().sum(-1)
        for layer, error in zip(given, back, strict=True)
    ]
    return torch.stack(squares).sum(0).sqrt()
