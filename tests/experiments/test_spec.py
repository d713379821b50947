"""Specifications: parsing, what is offered, and mending what arrives broken."""

import random
from dataclasses import dataclass

import pytest

from experiments.spec import Spec, choice, number, text


@dataclass(frozen=True)
class Fence(Spec):
    """A toy: a fence of posts, with a gap that must leave room for the posts."""

    field: str = choice("small", ("small", "large"), "how long", adapts=True)
    posts: int = choice(2, (2, 3, 5, 8), "how many posts")
    gap: int = number(1, 1, 4, 1, "metres between posts")
    painted: bool = choice(False, (True, False), "with paint")
    carving: str = text("what you carved", cleared_by=("posts",))

    def __post_init__(self) -> None:
        length = {"small": 8, "large": 40}[self.field]
        if (self.posts - 1) * self.gap > length:
            raise ValueError(f"{self.posts} posts {self.gap} m apart need more than {length} m")
        if "x" in self.carving:
            raise ValueError("no crosses")


def test_defaults_are_possible_and_leave_the_address_empty() -> None:
    mended = Fence.mend({})
    assert mended == (Fence(), ())
    assert Fence().address() == {}


def test_an_address_round_trips() -> None:
    spec = Fence(field="large", posts=8, gap=4, painted=True, carving="ada")
    assert Fence.mend(spec.address()) == (spec, ())
    assert spec.address() == {"field": "large", "posts": "8", "gap": "4", "painted": "true", "carving": "ada"}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"posts": "seven"}, "posts must be a whole number, not 'seven'. It is 2 now."),
        ({"posts": "7"}, "posts must be 2, 3, 5 or 8, not '7'. It is 2 now."),
        ({"posts": "٣"}, "posts must be a whole number, not '٣'. It is 2 now."),
        ({"posts": "0_3"}, "posts must be a whole number, not '0_3'. It is 2 now."),
        ({"posts": " 3"}, "posts must be a whole number, not ' 3'. It is 2 now."),
        ({"gap": "99"}, "gap must be 1, 2, 3 or 4, not '99'. It is 1 now."),
        ({"painted": "1"}, "painted must be true or false, not '1'. It is false now."),
        ({"field": "<b>"}, "field must be small or large, not '<b>'. It is small now."),
        ({"posts": "8", "gap": "4"}, "gap cannot be 4 here: 8 posts 4 m apart need more than 8 m. It is 1 now."),
        ({"carving": "x"}, "carving cannot be x here: no crosses. It is none now."),
    ],
)
def test_what_is_impossible_is_named_with_its_rule(wanted: dict[str, str], said: str) -> None:
    assert Fence.mend(wanted).notes == (said,)


def test_values_that_are_possible_together_are_taken_whatever_their_order() -> None:
    assert Fence.mend({"gap": "4", "posts": "8", "field": "large"}) == (Fence("large", 8, 4), ())


def test_one_wrong_value_does_not_cost_the_right_ones() -> None:
    spec, notes = Fence.mend({"posts": "8", "gap": "4", "painted": "true"})
    assert (spec.posts, spec.gap, spec.painted) == (8, 1, True)
    assert len(notes) == 1


def test_a_text_is_cleared_when_it_means_nothing_any_more() -> None:
    before = Fence(posts=3, carving="ada")
    spec, notes = Fence.mend({"posts": 5, "carving": "ada"}, before)
    assert spec.carving == ""
    assert notes == ("Gone: what you carved, because posts has changed.",)
    assert Fence.mend({"posts": 5, "carving": "bob"}, before).spec.carving == "bob"
    assert Fence.mend({"posts": 3, "carving": "ada", "gap": 2}, before).spec.carving == "ada"


def test_only_possible_options_are_offered() -> None:
    assert Fence(posts=8).offered("gap") == (1,)
    assert Fence(posts=3).offered("gap") == (1, 2, 3, 4)
    assert Fence(field="large", posts=8, gap=4).offered("field") == ("small", "large")  # the others adapt to it


def test_a_surprise_is_possible_and_varied() -> None:
    rng = random.Random(0)
    drawn = {Fence().surprise(rng) for _ in range(50)}
    assert len(drawn) > 10
    assert all(spec.carving == "" for spec in drawn)
