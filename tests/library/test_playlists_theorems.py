"""The theorems on songs, against a counter that is refitted from scratch, over all ties."""

import numpy as np
import pytest

from collective_action.playlists import count, insert, knapsack, pairs, price_list
from support.jukebox import Scene, inserted, refit, scene, shown_lists

SCENES = 150


class Refitted:
    """A scene before and after the collective, counted without the library."""

    def __init__(self, drawn: Scene):
        self.scene = drawn
        before = [list(map(int, row)) for row in drawn.playlists]
        self.seen, self.base = refit(before, drawn.pooled_plays)
        after = inserted(drawn)
        seen_after, self.followers = refit(after, drawn.pooled_plays)
        self.put = dict.fromkeys(self.base, 0)
        self.split = dict.fromkeys(self.base, 0)
        for row, at in zip(drawn.rows, drawn.after, strict=True):
            if at >= 0:
                context = self.seen[int(drawn.playlists[row, at])]
                self.put[context] = self.put.get(context, 0) + 1
                if at < drawn.playlists.shape[1] - 1:
                    self.split[context] += 1
        self.contexts = set(self.seen.values())
        assert {seen_after[song] for song in self.seen} == self.contexts
        self.lists = {
            context: shown_lists(self.followers.get(context, {}), drawn.shown)
            for context in self.contexts
        }
        self.won = {
            context: all(drawn.n_songs in shown for shown in self.lists[context])
            for context in self.contexts
        }

    def bar(self, context) -> int:
        """Return the K-th largest count of the context before anybody acts."""
        times = sorted(self.base.get(context, {}).values(), reverse=True)
        return times[self.scene.shown - 1] if len(times) >= self.scene.shown else 0

    def total(self, context) -> int:
        return sum(self.base.get(context, {}).values())

    def listeners(self) -> dict:
        """Return how many training prefixes end in each context."""
        return {context: self.total(context) for context in self.contexts}


def scenes(seed: int, n: int = SCENES):
    rng = np.random.default_rng(seed)
    return (Refitted(scene(rng)) for _ in range(n))


# Each statement returns None where it says nothing, and otherwise whether it holds.


def enough(world: Refitted) -> bool | None:
    if world.scene.pooled:
        return None
    paid = [c for c in world.contexts if world.put.get(c, 0) > world.bar(c)]
    return all(world.won[c] for c in paid) if paid else None


def needed(world: Refitted) -> bool | None:
    won = [c for c in world.contexts if world.won[c]]
    return all(2 * world.put.get(c, 0) > world.bar(c) for c in won) if won else None


def exactly(world: Refitted) -> bool | None:
    if not world.scene.appended:
        return None
    return all(world.won[c] == (world.put.get(c, 0) > world.bar(c)) for c in world.contexts)


def success(world: Refitted) -> float:
    listeners = world.listeners()
    return sum(listeners[c] for c in world.contexts if world.won[c]) / sum(listeners.values())


def offer(world: Refitted, displacing: bool):
    drawn = world.scene
    counts = count(drawn.playlists, drawn.n_songs, drawn.shown, drawn.pooled_plays)
    lasts, _ = pairs(drawn.playlists)
    return price_list(counts, lasts, len(drawn.playlists), displacing=displacing)


def budget(world: Refitted) -> bool:
    most = offer(world, displacing=True).most_success(world.scene.n_members)[-1]
    return success(world) <= most + 1e-12


def budget_appended(world: Refitted) -> bool | None:
    if not world.scene.appended:
        return None
    most = offer(world, displacing=False).most_success(world.scene.n_members)[-1]
    return success(world) <= most + 1e-12


def small_anchors(world: Refitted) -> bool:
    """Amp is at most q/(L − 1) if members put the song behind contexts with at most q pairs."""
    touched = [world.total(c) for c, put in world.put.items() if put]
    share = world.scene.n_members / len(world.scene.playlists)
    limit = max(touched, default=0) / (world.scene.playlists.shape[1] - 1)
    return success(world) / share <= limit + 1e-12


def pool_pays(world: Refitted) -> bool:
    """Say that who pays the price has Amp = 1/((L − 1)(b/N_c + 1/N_c)) there."""
    offered = offer(world, displacing=False)
    gaps = world.scene.playlists.shape[1] - 1
    names = {context: song for song, context in world.seen.items()}
    rates = dict(zip(offered.contexts.tolist(), offered.amplifications(), strict=True))
    counts = count(world.scene.playlists, world.scene.n_songs, world.scene.shown,
                   world.scene.pooled_plays)  # fmt: skip
    for context in world.contexts:
        pairs_there = world.total(context)
        if pairs_there:
            told = 1 / (gaps * (world.bar(context) + 1) / pairs_there)
            least = world.scene.shown / gaps / (1 + world.scene.shown / pairs_there)
            found = rates[int(counts.tokens[names[context]])]
            if not np.isclose(found, told) or found < least - 1e-12:
                return False
    return True


def harm(world: Refitted, extra: int = 0, displaced: float = 1.0) -> bool | None:
    """Hits on the firm's own pairs fall by at most S/K + (pairs that members split)."""
    if world.scene.pooled:
        return None
    lost = allowed = 0.0
    for context in world.contexts:
        times = world.base.get(context, {})
        before = sum(sorted(times.values(), reverse=True)[: world.scene.shown])
        shares = {
            (sum(times.get(song, 0) for song in shown), world.scene.n_songs in shown)
            for shown in world.lists[context]
        }
        left, taken = min(shares)
        lost += before - left
        allowed += taken * world.total(context) / (world.scene.shown + extra)
        allowed += displaced * world.split.get(context, 0)
    return lost <= allowed + 1e-9


TRUE = (enough, needed, exactly, budget, budget_appended, small_anchors, pool_pays, harm)


@pytest.mark.parametrize("statement", TRUE, ids=lambda s: s.__name__)
def test_it_holds_on_every_platform(statement):
    verdicts = [statement(world) for world in scenes(seed=1)]
    said = [verdict for verdict in verdicts if verdict is not None]
    assert len(said) > 20
    assert all(said)


def a_tie_wins(world):
    if world.scene.pooled:
        return None
    paid = [c for c in world.contexts if 0 < world.put.get(c, 0) >= world.bar(c)]
    return all(world.won[c] for c in paid)


def a_pooled_song_may_win(world):
    paid = [c for c in world.contexts if world.put.get(c, 0) > world.bar(c)]
    return all(world.won[c] for c in paid)


def the_full_price_is_needed(world):
    return all(world.put.get(c, 0) > world.bar(c) for c in world.contexts if world.won[c])


def less_than_half_is_needed(world):
    """One less than ⌊b/2⌋ + 1 does not suffice: the price would be attained too seldom."""
    return all(2 * world.put.get(c, 0) > world.bar(c) + 1 for c in world.contexts if world.won[c])


def the_full_budget_binds(world):
    most = offer(world, displacing=False).most_success(world.scene.n_members)[-1]
    return success(world) <= most + 1e-12


def rare_anchors_pay_less(world):
    touched = [world.total(c) for c, put in world.put.items() if put]
    share = world.scene.n_members / len(world.scene.playlists)
    limit = max(touched, default=0) / world.scene.playlists.shape[1]
    return success(world) / share <= limit + 1e-12


def split_pairs_cost_nothing(world):
    return harm(world, displaced=0.0)


def one_place_more_shares_the_harm(world):
    return harm(world, extra=1)


FALSE = (
    a_tie_wins,
    a_pooled_song_may_win,
    the_full_price_is_needed,
    less_than_half_is_needed,
    the_full_budget_binds,
    rare_anchors_pay_less,
    split_pairs_cost_nothing,
    one_place_more_shares_the_harm,
)


def refuted(verdict) -> bool:
    return verdict is not None and not verdict


@pytest.mark.parametrize("statement", FALSE, ids=lambda s: s.__name__)
def test_a_stronger_statement_is_refuted_by_the_same_search(statement):
    assert any(refuted(statement(world)) for world in scenes(seed=1, n=4 * SCENES))


@pytest.mark.parametrize("statement", [budget_appended], ids=lambda s: s.__name__)
def test_the_budget_is_attained(statement):
    attained = 0
    for world in scenes(seed=2):
        if statement(world):
            most = offer(world, displacing=False).most_success(world.scene.n_members)[-1]
            attained += success(world) == pytest.approx(most) and most > 0
    assert attained > 5


@pytest.mark.parametrize("shown", [1, 2, 5])
def test_the_harm_is_attained(shown):
    playlists = np.array([[0, 1 + song] for song in range(shown)] * 3 + [[9, 0]] * 4)
    rows = np.arange(3 * shown, 3 * shown + 4)
    before = count(playlists, 10, shown)
    after = count(insert(playlists, rows, np.ones(4, dtype=int), 10), 11, shown)
    lasts, following = pairs(playlists)
    fall = (before.hits(lasts, following) - 1.0 * after.hits(lasts, following)).mean()
    assert fall == pytest.approx(after.success(10, lasts) / shown)
    assert fall > 0


def test_the_library_counts_as_the_refit_does():
    rng = np.random.default_rng(3)
    for _ in range(SCENES):
        world = Refitted(scene(rng))
        drawn = world.scene
        lists = insert(drawn.playlists, drawn.rows, drawn.after, drawn.n_songs)
        counts = count(lists, drawn.n_songs + 1, drawn.shown, drawn.pooled_plays)
        listed = counts.listed(drawn.n_songs)
        for song, context in world.seen.items():
            assert listed[counts.tokens[song]] == world.won[context]
        base = count(drawn.playlists, drawn.n_songs, drawn.shown, drawn.pooled_plays)
        for song, context in world.seen.items():
            assert base.bars()[base.tokens[song]] == world.bar(context)
            assert base.totals()[base.tokens[song]] == world.total(context)
        shown = {}
        for context, song in zip(*counts.lists(), strict=True):
            shown.setdefault(int(context), set()).add(int(song))
        for song, context in world.seen.items():
            assert frozenset(shown.get(int(counts.tokens[song]), ())) in world.lists[context]
        lasts, following = pairs(drawn.playlists)
        hits = base.hits(lasts, following).sum()
        assert hits == sum(
            sum(sorted(times.values(), reverse=True)[: drawn.shown])
            for times in world.base.values()
        )


def test_the_knapsack_is_the_best_of_all_subsets():
    rng = np.random.default_rng(4)
    for _ in range(300):
        size = rng.integers(0, 9)
        values = rng.choice([0.0, 0.1, 0.25, 0.3, 0.7], size) * rng.choice([1, 1, 3])
        prices = rng.integers(1, 6, size)
        room = int(rng.integers(0, 15))
        found = knapsack(values, prices, room)
        subsets = np.arange(2**size)[:, np.newaxis] >> np.arange(size) & 1
        cost, worth = subsets @ prices, subsets @ values
        for left in range(room + 1):
            assert found.values[left] == pytest.approx(worth[cost <= left].max())
        assert values[found.chosen].sum() == pytest.approx(found.values[-1])
        assert prices[found.chosen].sum() <= room
