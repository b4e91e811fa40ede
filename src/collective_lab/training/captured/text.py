"""All texts of all runs on the device, each once: a step picks its batch there."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from collective_lab.training.captured.widths import padded
from collective_lab.training.fast.batches import Rows


@dataclass(frozen=True, eq=False)
class Text:
    """What R runs read, n texts each: most of these they share, for few are planted.

    Attributes
    ----------
    ids
        Token ids of the m texts that differ, int32, shape (m, width); the width is one of those to
        which batches are padded.
    lengths
        Tokens of each, shape (m,).
    places
        Which of the m texts each run has at each of its n places, shape (R, n).
    """

    ids: Tensor
    lengths: Tensor
    places: Tensor

    def batch(self, at: Tensor, width: int) -> tuple[Tensor, Tensor]:
        """Return ids, shape (R, b, width), and lengths, shape (R, b), as an encoder takes them.

        Parameters
        ----------
        at
            Places of each run's batch, shape (R, b).
        width
            To how many tokens it is padded.
        """
        chosen = self.places.gather(1, at)
        return self.ids[:, :width][chosen].long(), self.lengths[chosen]


def text(rows: Sequence[Rows], longest: int, on: torch.device) -> Text:
    """Put the texts of several runs on a device.

    Parameters
    ----------
    rows
        Of each run, equally many.
    longest
        Tokens that the model can read.
    on
        The device.

    Raises
    ------
    ValueError
        If the runs have different numbers of texts.
    """
    counts = {len(run_rows) for run_rows in rows}
    if len(counts) > 1:
        raise ValueError(f"rows are {sorted(counts)} a run: they must be equally many in each")
    width = padded(max(run_rows.ids.shape[1] for run_rows in rows), longest)
    first = _wide(rows[0], width)
    n = len(first)
    ids, lengths, m = [first.ids], [first.lengths], n
    places = torch.arange(n).expand(len(rows), n).clone()
    for run, run_rows in enumerate(rows):
        if run_rows is rows[0]:
            continue
        wide = _wide(run_rows, width)
        other = (wide.ids != first.ids).any(1) | (wide.lengths != first.lengths)
        own = int(other.sum())
        ids.append(wide.ids[other])
        lengths.append(wide.lengths[other])
        places[run, other] = torch.arange(m, m + own)
        m += own
    return Text(torch.cat(ids).to(on), torch.cat(lengths).to(on), places.to(on))


def _wide(rows: Rows, width: int) -> Rows:
    """Return rows padded to a width; what stands behind a row's end is never read."""
    ids = functional.pad(rows.ids, (0, width - rows.ids.shape[1]))
    return Rows(ids.to(torch.int32), rows.lengths)
