"""RN2: order matters. The same steps in other orders, for the layer and for a bag of words."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.numbers import counted, significant
from experiments.recurrent.sequences import WORD
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown, Table
from experiments.simple_rnn.loop import FUNCTIONS, NOTHING
from experiments.simple_rnn.spec import SimpleRNNSpec

ORDERS = 5  # drawn, a seed each
ONLY_THE_LAYER, NEITHER = 0, 2  # the lesson's answers


class Order(NamedTuple):
    orders: list[list[int]]  # the given one first
    labels: list[str]
    states: Array  # (orders, U)  of the layer, after the last step
    bags: Array  # (orders, U)  of the sum of all steps
    ends: tuple[float, float]  # distance if the first two steps change places, and if the last two do

    def distances(self, states: Array) -> Array:
        """(orders,): from the state of the given order, at its largest."""
        return np.abs(states - states[0]).max(axis=1)


def order(spec: SimpleRNNSpec) -> Order:
    params, x, _ = spec.given()
    steps = len(x)
    orders = [list(range(steps))]
    swapped = [[1, 0, *range(2, steps)], [*range(steps - 2), steps - 1, steps - 2]]
    drawn = [np.random.default_rng(seed).permutation(steps).tolist() for seed in range(ORDERS)]
    for each in (*drawn, *swapped):
        if not any(np.array_equal(x[each], x[known]) for known in orders):
            orders.append(each)
    layer = replace(spec.layer, return_sequences=False, dropout=0.0, recurrent_dropout=0.0)
    states = layer.forward(params, x[np.array(orders + swapped)])[0]
    first, last = np.abs(states[-2:] - states[0]).max(axis=1)
    # a bag has no order: it is added up sorted, so that rounding has none either
    bags = np.stack(
        [np.sort(x[each], axis=0).sum(axis=0) @ params["kernel"] + params.get("bias", 0.0) for each in orders]
    )
    labels = [_label(spec, each) for each in orders]
    return Order(orders, labels, states[:-2], FUNCTIONS[spec.activation](bags), (float(first), float(last)))


def _label(spec: SimpleRNNSpec, order: list[int]) -> str:
    return "".join(spec.text[t] for t in order) if spec.sequence == WORD else " ".join(map(str, order))


def show(spec: SimpleRNNSpec) -> Shown:
    """A column an order: what the layer knows at the end, and what a bag knows."""
    result = order(spec)
    layer, bag = result.distances(result.states), result.distances(result.bags)
    others = len(result.orders) - 1
    columns = {
        "order": result.labels,
        "distance of h": [significant(value) for value in layer],
        "distance of the bag": [significant(value) for value in bag],
    }
    scale = Scale(1 if spec.activation == "tanh" else 2)
    furthest = significant(layer.max())
    return Shown(
        numbers={
            "orders": counted(others, "other order"),
            "furthest": furthest,
            "bag": significant(bag.max()),
            "first_two": significant(result.ends[0]),
            "last_two": significant(result.ends[1]),
            "beginning": "less" if result.ends[0] < result.ends[1] else "not less",
        },
        rows=[
            Maps(
                [
                    Picture("h after the last step, a column an order", result.states.T, scale, "activation"),
                    Picture("a bag of the same steps", result.bags.T, scale, "activation"),
                ],
                alt=f"Last states of {counted(others, 'other order')}: up to {furthest} from the given one",
            ),
            Table(columns, alt=f"Distances: the layer's up to {furthest}, the bag's {significant(bag.max())}"),
        ],
        right={ONLY_THE_LAYER if layer.max() > NOTHING else NEITHER},
        case="Orders differ" if layer.max() > NOTHING else "Orders do not differ",
    )
