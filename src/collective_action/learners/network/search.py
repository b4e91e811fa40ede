"""Setting III, gradient control: looking for a static plan that does as well.

No search proves that there is none. This one tries many plans against one firm, and says which
came closest.
"""

import pandas as pd
import torch

from collective_action.learners.network.campaign import Campaign
from collective_action.learners.network.collectives import Replay
from collective_action.learners.network.training import success_and_accuracy, train
from collective_action.validation import at_least

POOL = 600


def search_static(
    campaign: Campaign,
    alpha: float,
    plans: int = 400,
    steps: int = 2000,
    atoms: int = 3,
    spread: float = 0.2,
    seed: int = 0,
) -> pd.DataFrame:
    """Train one firm, the campaign's first, against many random static plans of one mass.

    A plan has one to `atoms` places, uniform over the square, each with a random label and an
    equal share of the members; records scatter around their place and stay in the square.

    Parameters
    ----------
    campaign
        From `prepare`.
    alpha
        In (0, 1].
    plans
        How many, at least 1.
    steps
        Of training, at least 1.
    atoms
        Most places in a plan, at least 1.
    spread
        Standard deviation of the scatter, at least 0.
    seed
        Of the plans and of the firm's draws.

    Returns
    -------
    pandas.DataFrame
        One plan a row, best first by the smaller of `success` and `accuracy`; `places` is a tuple
        of (x, y, label).
    """
    plans, atoms = int(at_least("plans", plans, 1)), int(at_least("atoms", atoms, 1))
    spread = at_least("spread", spread, 0)
    limit = campaign.firm.world.limit
    generator = torch.Generator().manual_seed(seed)
    uniform = torch.rand(plans, atoms, 2, generator=generator, dtype=torch.float64)
    places = limit * (2 * uniform - 1)
    labels = torch.randint(2, (plans, atoms), generator=generator).to(places)
    sizes = torch.randint(1, atoms + 1, (plans, 1), generator=generator)
    chosen = torch.randint(2**31, (plans, POOL), generator=generator) % sizes
    scatter = spread * torch.randn(plans, POOL, 2, generator=generator, dtype=torch.float64)
    pool = torch.gather(places, 1, chosen[..., None].expand(-1, -1, 2)) + scatter
    start = campaign.start[:1].expand(plans, -1)
    static = Replay(pool.clamp(-limit, limit).to(start), torch.gather(labels, 1, chosen).to(start))
    trained = train(campaign.firm, start, steps, [seed] * plans, static, alpha)
    success, accuracy = success_and_accuracy(campaign.firm, trained.final)
    rows = [
        {
            "places": tuple(
                (*place, label)
                for place, label in zip(
                    places[i, : sizes[i]].tolist(), labels[i, : sizes[i]].tolist(), strict=True
                )
            ),
            "success": float(success[i]),
            "accuracy": float(accuracy[i]),
        }
        for i in range(plans)
    ]
    table = pd.DataFrame(rows)
    best = table[["success", "accuracy"]].min(axis=1).sort_values(ascending=False, kind="stable")
    return table.loc[best.index].reset_index(drop=True)
