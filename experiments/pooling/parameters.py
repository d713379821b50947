"""PL3: pooling cuts the parameters of the next layer. Counted on layers: a dense head on a map of 64 channels."""

from __future__ import annotations

from typing import NamedTuple

from engine.arrays import Shape
from engine.layers import (
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
)
from engine.network import Sequential
from experiments.numbers import decimal, whole
from experiments.pooling.spec import PoolingSpec
from experiments.shown import Lines, Shown, Table

SIDE, CHANNELS, UNITS = 32, 64, 10
SIDES = (8, 12, 16, 24, 32, 48, 64, 96, 128)
LITTLE, SOME, MUCH = range(3)  # the lesson's answers: how many times fewer parameters


class Head(NamedTuple):
    shape: Shape  # that the dense layer is given, before it is flattened
    parameters: int


class Cut(NamedTuple):
    without: Head
    pooled: Head
    lines: dict[str, tuple[int, ...]]  # parameters at each of SIDES

    @property
    def ratio(self) -> float:
        return self.without.parameters / self.pooled.parameters


def parameters(spec: PoolingSpec, side: int = SIDE) -> Cut:
    pools: dict[str, Layer | None] = {
        "without pooling": None,
        "your pooling": spec.layer,
        "global": GlobalAveragePooling2D(),
    }
    lines = {name: tuple(head(pool, each).parameters for each in SIDES) for name, pool in pools.items()}
    return Cut(head(None, side), head(spec.layer, side), lines)


def head(pool: Layer | None, side: int) -> Head:
    """Ten units on a map of side × side cells and 64 channels, pooled before or not."""
    shape: Shape = (side, side, CHANNELS)
    before = () if pool is None else (pool,)
    network = Sequential((*before, Flatten(), Dense(UNITS)))
    return Head(shape if pool is None else pool.output_shape(shape), network.parameter_count(shape))


def prediction(result: Cut) -> set[int]:
    """Fewer than 3 times, to 20 times, above."""
    return {LITTLE if result.ratio < 3 else SOME if result.ratio <= 20 else MUCH}


def show(spec: PoolingSpec) -> Shown:
    result = parameters(spec)
    rows = {"none": result.without, "your pooling": result.pooled, "global": head(GlobalMaxPooling2D(), SIDE)}
    numbers = {"without": result.without, "with": result.pooled}
    alt = "; ".join(f"{name}: {whole(row.parameters)} parameters" for name, row in rows.items())
    return Shown(
        numbers={name: whole(row.parameters) for name, row in numbers.items()}
        | {"ratio": decimal(result.ratio, 1), "global": whole(rows["global"].parameters)},
        rows=[
            Table(
                {
                    "pooling": list(rows),
                    "what Flatten is given": [str(row.shape) for row in rows.values()],
                    "parameters of Dense(10)": [row.parameters for row in rows.values()],
                },
                alt,
            ),
            Lines(SIDES, result.lines, "side of the map, cells", "parameters of Dense(10)", alt, log=True),
        ],
        right=prediction(result),
    )
