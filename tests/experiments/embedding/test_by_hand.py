"""What learners see of EM2 and EM3: every point, line, cell and number of results that are made by hand."""

from typing import Any

import numpy as np
import pytest

from engine.datasets import DAYS, PEOPLE, attendance, court
from experiments.embedding import categories, words
from experiments.embedding.categories import BILLS, MEETINGS, PARCELS, CategoriesSpec
from experiments.embedding.days import Week
from experiments.embedding.meetings import Factors, Recommended, recommend
from experiments.embedding.projection import aligned, principal
from experiments.embedding.words import (
    ASKED,
    GROUPS,
    SHOWN_ANALOGIES,
    Trained,
    WordsSpec,
    analogies,
    cosine,
    neighbours,
    parallel,
    questions,
    right_share,
    similarity,
)
from experiments.numbers import decimal
from experiments.shown import Points, Shown
from tests.experiments.runs import at, cells, lines, shown

# ------------------------------------------------------------------------------------------------------- EM2: words


def corners(noise: float, seed: int) -> np.ndarray:
    """(26, 4): people at the corners of a cube, other words wherever, the more noise the farther from that."""
    rng = np.random.default_rng(seed)
    made = np.stack([[*(2.0 * np.array(PEOPLE.get(word, (0, 1, 1))) - 1), 1] for word in court().words])
    return made + noise * rng.standard_normal(made.shape)


RUNS = [
    Trained(3, [corners(2.0, 0), corners(1.0, 1), corners(0.4, 2)], 2.125),
    Trained(4, [corners(2.5, 3), corners(1.5, 4), corners(0.5, 5)], 2.5),
    Trained(5, [corners(3.0, 6), corners(1.7, 7), corners(1.2, 8)], 2.75),
]


@pytest.fixture
def em2(monkeypatch: pytest.MonkeyPatch) -> Shown:
    monkeypatch.setattr(words, "STEPS", 10)  # with EVERY of 5, as many frames as there are
    return shown(words, "words", RUNS, WordsSpec(seed=3))


def test_words_are_told_by_the_first_run_and_their_spread_by_all(em2: Shown) -> None:
    first, start = RUNS[0].vectors, RUNS[0].frames[0]
    ends = [similarity(run.vectors) for run in RUNS]
    right = [round(72 * right_share(run.vectors)) for run in RUNS]
    names = court().words
    assert em2.numbers == {
        "seeds": "3 seeds",
        "start_within": decimal(similarity(start).within),
        "start_between": decimal(similarity(start).between),
        "within": decimal(ends[0].within),
        "between": decimal(ends[0].between),
        "within_all": f"{decimal(min(e.within for e in ends))} to {decimal(max(e.within for e in ends))}",
        "between_all": f"{decimal(min(e.between for e in ends))} to {decimal(max(e.between for e in ends))}",
        "right": str(right[0]),
        "asked": "72",
        "right_all": f"{min(right)} to {max(right)}",
        "parallel_start": decimal(parallel(start)),
        "parallel": decimal(parallel(first)),
        "nearest": ", ".join(word for word, _ in neighbours(first, "king")),
        "share": f"{100 * principal(first).share:.0f} %",
        "dimensions": "4",
        "opposites": decimal(float(cosine(first)[names.index("young"), names.index("old")])),
    }
    # none of these stands for another
    assert len(set(em2.numbers.values())) == len(em2.numbers)


def test_words_by_seed(em2: Shown) -> None:
    ends = [similarity(run.vectors) for run in RUNS]
    assert cells(em2.rows[5]) == {
        "seed": [3, 4, 5],
        "within a group": [decimal(end.within) for end in ends],
        "between groups": [decimal(end.between) for end in ends],
        f"analogies right, of {len(questions())}": [round(72 * right_share(run.vectors)) for run in RUNS],
        "loss at the end": ["2.12", "2.50", "2.75"],
    }


def test_words_over_the_steps(em2: Shown) -> None:
    found = [similarity(vectors) for vectors in RUNS[0].frames]
    within, between = [each.within for each in found], [each.between for each in found]
    row = em2.rows[2]
    assert at(row) == [0, 5, 10]
    assert lines(row) == {"within a group": within, "between groups": between}
    assert row.alt == (
        f"Mean cosine within a group from {decimal(within[0])} to {decimal(within[2])}, "
        f"between groups from {decimal(between[0])} to {decimal(between[2])}"
    )


def test_neighbours_and_analogies_are_of_the_first_run(em2: Shown) -> None:
    near = {word: neighbours(RUNS[0].vectors, word) for word in ASKED}
    assert cells(em2.rows[3]) == {"word": list(ASKED)} | {
        title: [f"{found[k][0]} {decimal(found[k][1])}" for found in near.values()]
        for k, title in enumerate(("nearest", "second", "third"))
    }
    table = cells(em2.rows[4])
    answers = {(one.a, one.b, one.c): one for one in analogies(RUNS[0].vectors)}
    for k, (a, b, c) in enumerate(SHOWN_ANALOGIES):
        one = answers[a, b, c]
        assert [column[k] for column in table.values()] == [
            f"{a} → {b}", f"{c} → ?", one.answer, "yes" if one.answer == one.right else f"no: {one.right}",
        ]  # fmt: skip


def test_the_map_of_words_is_a_film_of_the_first_run(em2: Shown) -> None:
    everything, people = em2.rows[:2]
    assert isinstance(everything, Points)
    assert isinstance(people, Points)
    rows = [court().words.index(name) for name in PEOPLE]
    for row, chosen in ((everything, slice(None)), (people, rows)):
        assert row.at.shape[0] == 3
        for points, vectors in zip(row.at, RUNS[0].frames, strict=True):
            flat = principal(vectors[chosen]).points  # whichever way it lies
            np.testing.assert_allclose(points @ points.T, flat @ flat.T, atol=1e-4)
        assert row.frames == ["step 0", "step 5", "step 10"]
    assert everything.names == court().words
    assert {name: [court().words[k] for k in members] for name, members in everything.groups.items()} == {
        group: list(members) for group, members in GROUPS.items()
    } | {"other words": [word for word in court().words if word not in sum(GROUPS.values(), ())]}
    assert people.names == tuple(PEOPLE)
    assert {people.names[k] for k in people.groups["royal"]} == {"king", "queen", "prince", "princess"}
    assert {(people.names[a], people.names[b]) for a, b in people.links} == {
        ("king", "queen"), ("man", "woman"), ("prince", "princess"), ("boy", "girl"),
    }  # fmt: skip
    end = similarity(RUNS[0].vectors)
    assert everything.alt.endswith(
        f"after 10 steps: mean cosine within a group {decimal(end.within)}, between groups {decimal(end.between)}"
    )
    assert f"{100 * principal(RUNS[0].vectors[rows]).share:.0f} %" in people.alt


def test_while_the_first_run_learns_there_are_maps_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "STEPS", 15)
    it = shown(words, "words", RUNS[:1], WordsSpec())
    assert not it.numbers
    assert len(it.rows) == 2


# -------------------------------------------------------------------------------------------------------- EM3: days


def week_of_bills() -> Week:
    """Thursday at 0, and of three seeds the distances that are told: the closest two are not always the weekend."""
    thursday = [(0.0, 0.0)] * 3
    friday = [(1.0, 0.0), (3.0, 0.0), (2.25, 0.0)]
    saturday = [(0.0, 4.0), (0.0, 6.0), (0.0, 9.0)]
    sunday = [(0.0, 5.5), (0.0, 7.25), (0.0, 9.5)]
    return Week(("Thu", "Fri", "Sat", "Sun"), np.array([thursday, friday, saturday, sunday]).transpose(1, 0, 2))


def test_the_week_of_bills_is_told() -> None:
    """Weekends 1.5, 1.25 and 0.5 wide, Thursday to Friday 1, 3 and 2.25, to Sunday 5.5, 7.25 and 9.5."""
    it = shown(categories, "week_of_bills", week_of_bills(), CategoriesSpec(data=BILLS))
    assert it.numbers == {
        "seeds": "3 seeds",
        "weekend": "1.25",
        "weekdays": "2.25",
        "across": "7.25",
        "closest": "2",  # of the first seed Thursday and Friday are closer
    }
    assert it.case == "Bills"
    table = cells(it.rows[1])
    assert table["two days"][:3] == ["Sat – Sun", "Thu – Fri", "Thu – Sat"]
    assert table["distance, median"][:4] == ["1.25", "2.25", "6.00", "6.71"]
    assert table["smallest to largest"][:3] == ["0.50 to 1.50", "1.00 to 3.00", "4.00 to 9.00"]
    assert it.rows[1].alt == "Closest: Sat and Sun, 1.25 apart"
    check_map(it, week_of_bills(), [("weekend", {"Sat", "Sun"}), ("weekdays", {"Thu", "Fri"})], [])
    assert it.rows[0].alt == "Saturday and Sunday are 1.50 apart, Thursday and Sunday 5.50"


def week_of_parcels() -> Week:
    """A ring, a ring of twice the size, and one of three times that is out of order."""
    angles = 2 * np.pi * np.arange(7) / 7
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Week(DAYS, np.stack([ring, 2 * ring, 3 * ring[[1, 0, 2, 3, 4, 5, 6]]]))


def test_the_week_of_parcels_is_told() -> None:
    """Neighbours are 2 sin(π/7) = 0.868 apart on the ring of size 1, days three later 2 sin(3π/7) = 1.950."""
    it = shown(categories, "week_of_parcels", week_of_parcels(), CategoriesSpec(data=PARCELS))
    near, far = (
        [np.linalg.norm(seed[(k + days) % 7] - seed[k]) for seed in week_of_parcels().vectors for k in range(7)]
        for days in (1, 3)
    )
    assert it.numbers == {
        "seeds": "3 seeds",
        "ordered": "2",
        "near": f"{np.median(near):.2f}",
        "far": f"{np.median(far):.2f}",
    }
    assert (it.numbers["near"], it.numbers["far"]) == ("1.74", "3.90")  # of the ring of size 2
    assert it.case == "Parcels"
    weekend = {DAYS[5], DAYS[6]}
    circle = [(DAYS[k], DAYS[(k + 1) % 7]) for k in range(7)]
    check_map(it, week_of_parcels(), [("weekend", weekend), ("weekdays", set(DAYS) - weekend)], circle)
    assert it.rows[0].alt == "Seven days on a map; in 2 of 3 runs they stand in the order of the week"


def check_map(it: Shown, week: Week, groups: list[tuple[str, set[str]]], links: list[tuple[str, str]]) -> None:
    """A frame a seed, each turned as a whole; names, groups and links of the days that stand there."""
    row: Any = it.rows[0]
    assert row.names == week.days
    assert [(name, {week.days[k] for k in members}) for name, members in row.groups.items()] == groups
    assert [(week.days[a], week.days[b]) for a, b in row.links] == links
    assert row.frames == ["seed 0", "seed 1", "seed 2"]
    centred = week.vectors - week.vectors.mean(axis=1, keepdims=True)
    for points, vectors in zip(row.at, centred, strict=True):
        np.testing.assert_allclose(points, aligned(vectors, centred[0]), atol=1e-12)


# ---------------------------------------------------------------------------------------------------- EM3: meetings

FACTORS = Factors(
    np.random.default_rng(0).standard_normal((18, 2)),
    np.random.default_rng(1).standard_normal((14, 2)),
    np.random.default_rng(2).standard_normal(14),
)
RECOMMENDED = Recommended(
    hits=np.array([0.61, 0.75, 0.64]),
    popular=np.array([0.41, 0.38, 0.52]),
    chance=np.array([0.21, 0.35, 0.27]),
    factors=FACTORS,
)


def test_meetings_are_told() -> None:
    it = shown(categories, "recommended", RECOMMENDED, CategoriesSpec(data=MEETINGS))
    assert it.numbers == {
        "seeds": "3 seeds",
        "hits": "64 %",
        "popular": "41 %",
        "chance": "27 %",
        "hits_all": "61 to 75 %",
        "popular_all": "38 to 52 %",
        "first": "Evelyn Jefferson",
        "first_recommended": ", ".join(recommend(FACTORS, 0)),
    }
    assert it.case == "Meetings"
    _, best, by_seed = it.rows
    assert cells(by_seed) == {
        "seed": [0, 1, 2],
        "left-out visits found": ["61 %", "75 %", "64 %"],
        "by popularity": ["41 %", "38 %", "52 %"],
    }
    assert by_seed.alt == "By chance 27 %"
    women, _, came = attendance()
    assert cells(best) == {
        "woman": list(women),
        "meetings where she was": [sum(woman == k for woman, _ in came) for k in range(18)],
        "recommended of the others": [", ".join(recommend(FACTORS, k)) for k in range(18)],
    }
    assert best.alt == f"For Evelyn Jefferson: {', '.join(recommend(FACTORS, 0))}"


def test_women_and_meetings_stand_at_their_vectors() -> None:
    it = shown(categories, "recommended", RECOMMENDED, CategoriesSpec(data=MEETINGS))
    row: Any = it.rows[0]
    assert row.names[:2] == ["Evelyn", "Laura"]
    assert row.names[18:] == [f"E{k}" for k in range(1, 15)]
    assert np.array_equal(row.at[list(row.groups["women"])], FACTORS.women)
    assert np.array_equal(row.at[list(row.groups["meetings"])], FACTORS.meetings)
    assert row.alt == "18 women and 14 meetings on one map; left-out visits found: 64 %, by popularity 41 %"


def test_the_best_meetings_are_those_of_the_largest_score() -> None:
    """Score by score: W[woman] · K[meeting] + b[meeting], where she was not."""
    _, meetings, came = attendance()
    was = {tuple(pair) for pair in came.tolist()}
    for woman in range(18):
        scores = {
            meetings[m]: FACTORS.women[woman] @ FACTORS.meetings[m] + FACTORS.bias[m]
            for m in range(14)
            if (woman, m) not in was
        }
        assert recommend(FACTORS, woman) == sorted(scores, key=lambda meeting: -scores[meeting])[:3]
