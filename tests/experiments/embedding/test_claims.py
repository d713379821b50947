"""EM2, EM3 and EM4: measured by the functions that the page calls, seeds 0 to 4, never chosen."""

from functools import cache

import numpy as np
import pytest

from engine.arrays import leaves
from engine.datasets import PEOPLE, attendance, court
from experiments.embedding import size as sizes
from experiments.embedding.categories import BILLS, MEETINGS, PARCELS, CategoriesSpec, show
from experiments.embedding.days import Week, kinds, week_of_bills, week_of_parcels
from experiments.embedding.meetings import FOLDS, Recommended, found, recommend, recommended
from experiments.embedding.projection import aligned, film, principal
from experiments.embedding.size import SizeSpec, hashes, layers, rank, size
from experiments.embedding.words import (
    GROUPS,
    RUNS,
    STEPS,
    Trained,
    WordsSpec,
    analogies,
    cosine,
    neighbours,
    pairs,
    parallel,
    questions,
    right_share,
    similarity,
    training,
    words,
)
from tests.experiments.runs import last
from tests.test_claims_table import told


@cache
def runs(dimensions: int = 8) -> list[Trained]:
    return last(words(WordsSpec(output_dim=dimensions)))


@cache
def bills() -> Week:
    return last(week_of_bills())


@cache
def parcels() -> Week:
    return last(week_of_parcels())


@cache
def visits() -> Recommended:
    return last(recommended())


# ------------------------------------------------------------------------------------------------------------ EM2


def test_words_of_a_group_come_to_lie_together() -> None:
    """EM2: in the 8 dimensions, from a random start where there is no difference."""
    assert [run.seed for run in runs()] == list(range(RUNS))
    ends = [similarity(run.vectors) for run in runs()]
    starts = [similarity(run.frames[0]) for run in runs()]
    within, between = np.median(ends, axis=0)
    assert within - between > 0.4
    assert all(end.within > end.between for end in ends)
    assert abs(np.median([start.within - start.between for start in starts])) < 0.1
    assert told("EM2", "within a group #, between groups #") == pytest.approx([within, between], abs=0.006)


def test_analogies_hold_that_the_corpus_never_states() -> None:
    """EM2: each is right far more often than by a guess among 23 words; with the vectors' rows shuffled, it is not."""
    shares = [right_share(run.vectors) for run in runs()]
    assert np.median(shares) > 0.5
    shuffled = [right_share(np.random.default_rng(run.seed).permutation(run.vectors)) for run in runs()]
    assert max(shuffled) < 0.2
    assert told("EM2", "# of # analogies right") == [round(np.median(shares) * 72), len(questions())]


def test_directions_become_parallel() -> None:
    """EM2: queen − king, woman − man and so on."""
    before, after = (
        [parallel(vectors) for vectors in kept]
        for kept in zip(*((r.frames[0], r.vectors) for r in runs()), strict=True)
    )
    assert abs(np.median(before)) < 0.25
    assert np.median(after) > 0.5
    assert told("EM2", "their mean cosine from # to #") == pytest.approx(
        [np.median(before), np.median(after)], abs=0.006
    )


def test_in_two_dimensions_few_analogies_hold() -> None:
    """EM2, where it stops: half of what eight dimensions find, at most."""
    two, eight = (np.median([right_share(run.vectors) for run in runs(dimensions)]) for dimensions in (2, 8))
    assert two < eight / 2
    assert told("EM2", "in 2 dimensions # of 72") == [round(two * 72)]


def test_opposites_lie_close() -> None:
    """EM2, where it stops: young and old stand in the same places."""
    names = court().words
    near = [cosine(run.vectors)[names.index("young"), names.index("old")] for run in runs()]
    others = [similarity(run.vectors).between for run in runs()]
    assert np.median(near) > np.median(others) + 0.2
    assert told("EM2", "young and old have a cosine of #") == pytest.approx([np.median(near)], abs=0.006)


def test_every_question_has_one_thing_that_differs() -> None:
    assert len(questions()) == 8 * 3 * 3  # a person, what is changed, and another pair along the same line
    for a, b, c, d in questions():
        assert sum(x != y for x, y in zip(PEOPLE[a], PEOPLE[b], strict=True)) == 1
        assert [x - y for x, y in zip(PEOPLE[b], PEOPLE[a], strict=True)] == [
            x - y for x, y in zip(PEOPLE[d], PEOPLE[c], strict=True)
        ]
    assert ("man", "woman", "king", "queen") in questions()


def test_an_analogy_never_answers_with_its_question() -> None:
    for one in analogies(runs()[0].vectors):
        assert one.answer not in (one.a, one.b, one.c)


def test_a_perfect_table_gets_all_analogies() -> None:
    """People at the corners of a cube, everything else far from them."""
    vectors = np.zeros((26, 8))
    for row, word in enumerate(court().words):
        vectors[row] = (
            [*(2.0 * np.array(PEOPLE[word]) - 1), 1, 0, 0, 0, 0] if word in PEOPLE else np.eye(8)[4 + row % 4]
        )
    assert right_share(vectors) == 1
    assert parallel(vectors) == pytest.approx(1)
    assert similarity(np.eye(26)).within == similarity(np.eye(26)).between == 0


def test_neighbours_are_those_of_largest_cosine() -> None:
    vectors, names = runs()[0].vectors, court().words
    near = neighbours(vectors, "king", 25)
    mine = cosine(vectors)[names.index("king")]
    assert [value for _, value in near] == sorted(
        (v for w, v in zip(names, mine, strict=True) if w != "king"), reverse=True
    )
    assert "king" not in dict(near)


def test_every_pair_of_a_sentence_is_learned_both_ways() -> None:
    """Counted by hand for the first sentence: 4 words, 12 pairs; all pairs come from one sentence."""
    made = {tuple(pair) for pair in pairs()}
    assert len(pairs()) == sum(len(s) * (len(s) - 1) for s in court().sentences)
    assert all((b, a) in made for a, b in made)
    together = {(a, b) for s in court().sentences for a in s for b in s}
    assert made <= together


def test_the_groups_name_words_once() -> None:
    named = [word for group in GROUPS.values() for word in group]
    assert len(named) == len(set(named)) == 20
    assert set(named) <= set(court().words)


def test_the_first_run_streams_its_frames() -> None:
    """The map grows while the first run learns; a frame is a table after so many steps."""
    lengths = [len(news[0].frames) for _, news in words(WordsSpec()) if news and len(news) == 1]
    assert lengths == sorted(lengths)
    assert len(lengths) > 10
    start = training(WordsSpec(), 0).start().params[0]["embeddings"]
    np.testing.assert_array_equal(runs()[0].frames[0], start)
    assert len(runs()[0].frames) == STEPS // 5 + 1


# ----------------------------------------------------------------------------------------------------- projection


def test_the_map_is_the_plane_of_largest_variance() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((40, 6)) * [5, 3, 1, 0.5, 0.2, 0.1]
    flat = principal(vectors)
    centred = vectors - vectors.mean(axis=0)
    eigen = np.sort(np.linalg.eigvalsh(centred.T @ centred))
    np.testing.assert_allclose((flat.points**2).sum(axis=0), eigen[:-3:-1])
    assert flat.share == pytest.approx(eigen[-2:].sum() / eigen.sum())
    assert principal(np.ones((5, 3))).share == 1


@pytest.mark.parametrize("seed", range(5))
def test_alignment_undoes_a_turn_and_a_mirror_and_changes_no_distance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((12, 2))
    turn, _ = np.linalg.qr(rng.standard_normal((2, 2)))
    np.testing.assert_allclose(aligned(points @ turn, points), points, atol=1e-12)
    other = rng.standard_normal((12, 2))
    moved = aligned(other, points)
    np.testing.assert_allclose(moved @ moved.T, other @ other.T, atol=1e-12)
    for angle in np.linspace(0, 2 * np.pi, 50):  # none of these lies closer
        c, s = np.cos(angle), np.sin(angle)
        for matrix in ([[c, -s], [s, c]], [[c, s], [s, -c]]):
            assert np.linalg.norm(moved - points) <= np.linalg.norm(other @ np.array(matrix) - points) + 1e-12


def test_the_film_does_not_jump() -> None:
    """Each frame is aligned to the one before: without it, an axis that changes its sign would mirror the map."""
    frames = runs()[0].frames
    steps = np.abs(np.diff(film(frames), axis=0)).max(axis=(1, 2))
    unaligned = np.abs(np.diff(np.stack([principal(f).points for f in frames]), axis=0)).max(axis=(1, 2))
    assert steps.max() < 0.5 * unaligned.max()


# ------------------------------------------------------------------------------------------------------------ EM3


def test_the_weekend_lies_together() -> None:
    """EM3, real: of all pairs of days, Saturday and Sunday are the closest."""
    week = bills()
    assert week.days == ("Thu", "Fri", "Sat", "Sun")
    medians = {pair: float(np.median(distances)) for pair, distances in week.pairs.items()}
    weekend = medians.pop(("Sat", "Sun"))
    assert weekend < min(medians.values()) / 1.5
    assert told("EM3", "Saturday and Sunday # apart, Thursday and Friday #") == pytest.approx(
        [weekend, medians["Thu", "Fri"]], abs=0.006
    )


def test_kinds_of_tables_say_when_how_many_and_who() -> None:
    assert set(kinds()) <= set(range(8))
    assert len(kinds()) == 244


def test_the_week_closes_to_a_ring() -> None:
    """EM3, made by a rule: the days in their order, and neighbours nearer than days that are three apart."""
    week = parcels()
    assert np.median(week.in_order) == 1
    assert np.median(week.apart(1)) < np.median(week.apart(3)) / 1.5
    assert told("EM3", "in order in # of 5") == [week.in_order.sum()]


def test_a_week_out_of_order_is_noticed() -> None:
    angles = 2 * np.pi * np.arange(7) / 7
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    days = parcels().days
    assert Week(days, ring[None]).in_order.all()
    assert Week(days, ring[None, ::-1]).in_order.all()  # the other way round
    assert not Week(days, ring[None, [1, 0, 2, 3, 4, 5, 6]]).in_order.any()
    assert not Week(days, ring[None, [0, 2, 4, 6, 1, 3, 5]]).in_order.any()
    np.testing.assert_allclose(Week(days, ring[None]).apart(1), 2 * np.sin(np.pi / 7))


def test_factors_recommend_better_than_popularity() -> None:
    """EM3, real: paired over the seeds, on visits that were left out."""
    result = visits()
    assert np.median(result.hits - result.popular) > 0.08
    assert np.median(result.popular - result.chance) > 0.05
    assert told("EM3", "hold # % of the visits that were left out, popularity #, chance #") == pytest.approx(
        [100 * np.median(result.hits), 100 * np.median(result.popular), 100 * np.median(result.chance)], abs=0.6
    )


def test_a_visit_that_is_known_is_never_recommended() -> None:
    _, meetings, came = attendance()
    for woman in range(18):
        best = recommend(visits().factors, woman)
        assert len(set(best)) == 3
        assert not {meetings.index(meeting) for meeting in best} & set(came[came[:, 0] == woman, 1])


def test_hits_are_counted_among_what_is_open() -> None:
    scores = np.array([[5.0, 4, 3, 2, 1, 0]])
    out = np.array([[0, 5]])
    assert found(scores, np.array([[0, 0], [0, 1], [0, 2]]), out) == 1
    assert found(scores, np.array([[0, 0], [0, 1]]), out) == 0
    assert len(attendance().came) >= FOLDS


@pytest.mark.parametrize("data", [BILLS, PARCELS, MEETINGS])
def test_every_kind_of_category_is_shown(data: str) -> None:
    first = next(part for part in show(CategoriesSpec(data=data)) if part.shown is not None)
    assert first.shown is not None
    assert first.shown.case == {BILLS: "Bills", PARCELS: "Parcels", MEETINGS: "Meetings"}[data]


# ------------------------------------------------------------------------------------------------------------ EM4


@pytest.mark.parametrize("name", ["whole table", "factorised", "hashed", "hashed twice"])
def test_counts_are_the_sizes_of_the_arrays(name: str) -> None:
    """EM4."""
    spec = SizeSpec(input_dim=10_000, output_dim=100, factors=16, buckets=500)
    layer, way = layers(spec)[name], next(way for way in size(spec).ways if way.label == name)
    params, _ = layer.init(np.random.default_rng(0), ())
    assert way.parameters == sum(array.size for _, array in leaves(params))


def test_fifty_thousand_times_three_hundred() -> None:
    """EM4: the notes' number, and what the cures leave of it."""
    table, factorised, hashed, _ = size(SizeSpec()).ways
    assert table.parameters == 50_000 * 300 == 15_000_000
    assert factorised.parameters == 50_000 * 64 + 64 * 300
    assert hashed.parameters == 5_000 * 300
    assert told("EM4", "# parameters, factorised #, hashed #") == [
        table.parameters, factorised.parameters, hashed.parameters,
    ]  # fmt: skip


def test_words_that_share_a_row_have_one_vector() -> None:
    """EM4, where it stops: counted one by one; the sum of two rows tells nearly all apart."""
    spec = SizeSpec(input_dim=10_000, output_dim=100, factors=16, buckets=5_000)
    table, _, hashed, twice = size(spec).ways
    first, second = hashes(spec)
    assert first.min() >= 0
    assert max(first.max(), second.max()) < spec.buckets
    kept: dict[int, int] = {}
    for row in first.tolist():
        kept[row] = kept.get(row, 0) + 1
    assert hashed.shared == sum(kept[row] > 1 for row in first.tolist())
    pairs_: dict[frozenset[int], int] = {}
    for pair in zip(first.tolist(), second.tolist(), strict=True):
        pairs_[frozenset(pair)] = pairs_.get(frozenset(pair), 0) + 1
    assert twice.shared == sum(pairs_[frozenset(p)] > 1 for p in zip(first.tolist(), second.tolist(), strict=True))
    assert table.shared == 0
    assert twice.shared < hashed.shared / 10
    shared = size(SizeSpec()).ways
    assert told("EM4", "# of 50,000 words share their row, # both rows") == [shared[2].shared, shared[3].shared]


def test_factorised_vectors_lie_in_few_directions() -> None:
    """EM4, where it stops."""
    spec = SizeSpec(input_dim=1_000, output_dim=100, factors=16, buckets=500)
    assert rank(spec) == 16
    assert {rank(spec, seed) for seed in range(3)} == {16}


@pytest.mark.parametrize(
    ("settings", "words_"),
    [
        ({"factors": 128, "output_dim": 100}, "factors must be below output_dim"),
        ({"buckets": 50_000, "input_dim": 10_000}, "buckets must be at most input_dim"),
    ],
)
def test_a_cure_that_is_none_is_refused(settings: dict[str, int], words_: str) -> None:
    with pytest.raises(ValueError, match=words_):
        SizeSpec(**settings)


@pytest.mark.parametrize(("count", "text"), [(999, "999 bytes"), (60_000_000, "60 MB"), (3_072_000_000, "3.1 GB")])
def test_bytes_are_written_in_units(count: int, text: str) -> None:
    assert sizes._bytes(count) == text
