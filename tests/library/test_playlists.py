"""A platform's shape, places in playlists, and a recommender whose gradients are true."""

import numpy as np
import pytest

from collective_action.playlists import (
    STRATEGIES,
    count,
    draw,
    insert,
    knapsack,
    members,
    places_by_price,
    price_list,
    tokens,
)
from collective_action.playlists.embeddings import Recommender, listed

SMALL = {"n_songs": 600, "n_train": 200, "n_test": 40, "length": 8, "n_genres": 6}


@pytest.fixture(scope="module")
def platform():
    return draw(5, **SMALL)


def test_no_playlist_holds_a_song_twice_and_the_seed_decides(platform):
    lists = np.concatenate([platform.train, platform.test])
    assert all(len(set(row)) == 8 for row in lists.tolist())
    again = draw(5, **SMALL)
    np.testing.assert_array_equal(again.train, platform.train)
    assert (draw(6, **SMALL).train != platform.train).any()


def test_genres_as_small_as_a_playlist_fill_it():
    full = draw(1, n_songs=12, n_train=30, n_test=1, length=6, n_genres=2, zipf=3.0)
    assert all(len(set(row)) == 6 for row in full.train.tolist())


def test_few_songs_have_most_plays(platform):
    plays = np.sort(platform.plays)[::-1]
    assert plays[:60].sum() > 0.4 * plays.sum()
    assert plays.sum() == 200 * 8


def test_prefixes_end_before_the_last_song(platform):
    rows, ends = platform.prefixes(5, seed=0)
    assert rows.size == 200
    assert ends.min() == 0
    assert ends.max() == 6


def test_insert_is_what_a_list_does(platform):
    rng = np.random.default_rng(0)
    rows = members(200, 50, seed=0)
    after = rng.integers(-1, 8, size=50)
    longer = insert(platform.train, rows, after, 600)
    for row, songs in enumerate(platform.train.tolist()):
        if row in rows:
            songs.insert(int(after[rows == row][0]) + 1, 600)
        else:
            songs.append(-1)
        assert longer[row].tolist() == songs


def test_strategies_choose_what_they_are_called_after(platform):
    lists = platform.train[members(200, 30, seed=1)]
    rng = np.random.default_rng(2)
    places = {name: choose(lists, platform.plays, rng) for name, choose in STRATEGIES.items()}
    held = {song: int((lists == song).any(axis=1).sum()) for song in np.unique(lists).tolist()}
    for row, songs in enumerate(lists.tolist()):
        rarest = songs[places["after the rarest"][row]]
        assert platform.plays[rarest] == platform.plays[songs].min()
        favourite = places["after the favourite"][row]
        assert held[songs[favourite]] == max(held[song] for song in songs)
        assert places["before the favourite"][row] == favourite - 1
    assert set(places["anywhere"].tolist()) <= set(range(8))


def test_buying_by_price_pays_in_full(platform):
    firm = count(platform.train, 600, shown=3)
    rows, ends = platform.prefixes(5, seed=0)
    lasts = platform.test[rows, ends]
    offer = price_list(firm, lasts, 200)
    chosen = members(200, 40, seed=3)
    lists = platform.train[chosen]
    after = places_by_price(lists, firm.tokens, offer, np.random.default_rng(4))
    behind = np.bincount(lists[np.arange(40), after], minlength=600)
    won = np.flatnonzero(behind > firm.bars())
    moved = count(insert(platform.train, chosen, after, 600), 601, shown=3)
    assert set(won.tolist()) <= set(np.flatnonzero(moved.listed(600)).tolist())
    cheapest = price_list(firm, lasts, 200, displacing=True)
    assert 0 < moved.success(600, lasts) <= cheapest.most_success(40)[-1] + 1e-12
    anywhere = STRATEGIES["anywhere"](lists, platform.plays, np.random.default_rng(5))
    blind = count(insert(platform.train, chosen, anywhere, 600), 601, shown=3)
    assert moved.success(600, lasts) > blind.success(600, lasts)


def test_a_chosen_set_is_worth_what_the_knapsack_says(platform):
    firm = count(platform.train, 600, shown=3)
    offer = price_list(firm, platform.test[:, 3], 200)
    chosen = offer.chosen(12)
    some = np.isin(offer.contexts, chosen)
    assert offer.prices[some].sum() <= 12
    assert offer.weights[some].sum() == pytest.approx(offer.most_success(12)[-1])
    assert (np.diff(offer.most_success(12)) >= 0).all()


def test_pooled_songs_share_a_token_and_others_keep_theirs(platform):
    names = tokens(platform.train, 600, 2)
    rare = platform.plays <= 2
    assert np.unique(names[rare]).size == 1
    assert rare[names[rare][0]]
    np.testing.assert_array_equal(names[~rare], np.flatnonzero(~rare))
    np.testing.assert_array_equal(tokens(platform.train, 600, 0), np.arange(600))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: draw(0, n_songs=50, n_genres=10), "n_songs is 50"),
        (lambda p: draw(0, loyalty=1.5), "loyalty is 1.5"),
        (lambda p: draw(0, length=1), "length is 1"),
        (lambda p: p.prefixes(0, 1), "each is 0"),
        (lambda p: members(5, 6, 0), "n_members is 6"),
        (lambda p: members(5, 0, 0), "n_members is 0"),
        (lambda p: insert(p.train, np.array([1, 1]), np.array([0, 0]), 600), "rows repeat"),
        (lambda p: insert(p.train, np.array([1]), np.array([8]), 600), "after"),
        (lambda p: tokens(p.train, 600, -1), "pooled_plays is -1"),
        (lambda p: tokens(p.train, 10, 0), "must be in"),
        (lambda p: count(p.train, 600, 0), "shown is 0"),
        (lambda p: price_list(count(p.train, 600, 3), p.test[:0, 0], 5), "number of lasts is 0"),
        (lambda p: knapsack([1.0], [0], 3), "prices at least 1"),
        (lambda p: knapsack([-1.0], [1], 3), "values must be at least 0"),
        (lambda p: Recommender("adam", 0.1), "optimiser is 'adam'"),
        (lambda p: Recommender("sgd", 0.0), "step is 0"),
    ],
)
def test_bad_input_is_named(platform, call, message):
    with pytest.raises(ValueError, match=message):
        call(platform)


def sampled_loss(model, parameters, pasts, nexts, wrong):
    """Return the summed sampled-softmax loss, in double precision."""
    inputs, outputs, biases = parameters
    candidates = np.unique(np.concatenate([nexts, wrong]))
    total = 0.0
    for past, following in zip(pasts, nexts, strict=True):
        listener = sum(w * inputs[song] for w, song in zip(model.memory, past, strict=True))
        scores = outputs[candidates] @ listener + biases[candidates]
        total += np.log(np.exp(scores).sum()) - scores[candidates == following][0]
    return total


def test_gradients_are_those_of_the_sampled_loss():
    rng = np.random.default_rng(6)
    model = Recommender("sgd", 0.1, dimension=3)
    parameters = [rng.normal(size=(8, 3)), rng.normal(size=(8, 3)), rng.normal(size=8)]
    pasts, nexts = rng.integers(0, 7, size=(5, 3)), rng.integers(0, 7, size=5)
    wrong = rng.integers(0, 7, size=3)
    for at, songs, gradient in model._gradients(parameters, pasts, nexts, wrong):
        for song, row in zip(songs, gradient, strict=True):
            for coordinate in np.ndindex(np.shape(row)):
                ends = []
                for shift in (1e-6, -1e-6):
                    moved = [values.copy() for values in parameters]
                    moved[at][(song, *coordinate)] += shift
                    ends.append(sampled_loss(model, moved, pasts, nexts, wrong))
                slope = (ends[0] - ends[1]) / 2e-6
                assert np.asarray(row)[coordinate] == pytest.approx(slope, abs=2e-4)


def test_adagrads_first_step_has_one_length_and_sgds_has_not():
    gradient = np.array([[1e-2, -3.0, 0.4]], dtype=np.float32)
    moves = {}
    for optimiser in ("sgd", "adagrad"):
        values, squares = np.zeros((1, 3), np.float32), np.full((1, 3), 1e-6, np.float32)
        Recommender(optimiser, 0.1)._step(values, squares, np.array([0]), gradient)
        moves[optimiser] = np.abs(values[0])
    np.testing.assert_allclose(moves["adagrad"], 0.1, rtol=0.01)
    np.testing.assert_allclose(moves["sgd"], [1e-3, 0.1, 0.04], rtol=1e-5)  # the second is clipped


def test_a_recommender_learns_who_follows_whom():
    circle = np.array([[song, (song + 1) % 6, (song + 2) % 6] for song in range(6)] * 40)
    trained = Recommender("adagrad", 0.3, shown=1, batch=32, negatives=6, epochs=20).fit(
        circle, 6, 0
    )
    rows, ends = np.arange(6), np.ones(6, dtype=int)
    found = trained.scores(circle, rows, ends)
    assert listed(found, (circle[rows, 1] + 1) % 6, 1).mean() > 0.8
    assert not trained.inputs[-1].any()


def test_pooled_songs_are_heard_as_one_and_the_row_of_no_song_stays():
    lists = np.array([[0, 1, 2], [0, 1, 3], [1, 0, 4], [0, 1, -1]])
    trained = Recommender("sgd", 0.1, pooled_plays=1, epochs=2).fit(lists, 5, 0)
    assert trained.tokens.tolist() == [0, 1, 2, 2, 2, 5]
    scores = trained.scores(np.array([[3, 0], [4, 0]]), np.array([0, 1]), np.array([0, 0]))
    np.testing.assert_array_equal(scores[0], scores[1])


def test_a_tied_score_is_lost():
    scores = np.array([[1.0, 1.0, 0.0], [2.0, 1.0, 1.0]])
    assert listed(scores, np.array([0, 0]), 1).tolist() == [False, True]
