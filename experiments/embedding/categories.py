"""EM3: whatever has a name can have a vector: days of the week, people, meetings.

    bills        real: from the day alone, what kind of table a waiter will serve. Days that are alike come to lie close
    parcels      made by a rule: from the day that was ordered, the day of arrival. The week closes to a ring
    meetings     real: from a woman alone, which meeting she comes to. Her vector times a meeting's is a recommendation

All three are one table and one dense layer, in two dimensions, so that the map is the table itself:

    p(answer | category) = softmax(W[category] K + b)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from experiments.embedding import days, meetings
from experiments.embedding.days import week_of_bills, week_of_parcels
from experiments.embedding.meetings import recommended
from experiments.several import parts
from experiments.shown import Part
from experiments.spec import Spec, choice

BILLS, PARCELS, MEETINGS = "restaurant bills", "parcels", "meetings"


@dataclass(frozen=True)
class CategoriesSpec(Spec):
    data: str = choice(BILLS, (BILLS, PARCELS, MEETINGS), "what has a vector: bills and meetings are real")


def show(spec: CategoriesSpec) -> Iterator[Part]:
    """The map of the vectors, and the spread over the seeds."""
    if spec.data == BILLS:
        return parts(week_of_bills(), days.bills_shown)
    if spec.data == PARCELS:
        return parts(week_of_parcels(), days.parcels_shown)
    return parts(recommended(), meetings.shown)
