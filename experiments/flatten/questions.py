"""The numbers of the lesson's questions, from the learner's own settings."""

from __future__ import annotations

from math import prod

from experiments.flatten.order import placed
from experiments.flatten.spec import AXES, ORDERS, FlattenSpec
from experiments.numbers import whole


def question_numbers(spec: FlattenSpec) -> dict[str, str]:
    """A wrong answer is there only where its reason holds."""
    shape, size = spec.shape, prod(spec.shape)
    cell = tuple(n - 1 if axis < 2 else 0 for axis, n in enumerate(shape))
    goes = {name: int(placed(shape, axes)[cell]) for name, axes in AXES.items()}
    numbers = {"size": size, "goes": goes[spec.order], "goes_next": goes[spec.order] + 1}
    if sum(shape) != size:
        numbers["size_sum"] = sum(shape)
    if shape[0] * shape[1] != size:
        numbers["size_map"] = shape[0] * shape[1]
    for other, name in enumerate(ORDERS):
        if name != spec.order and goes[name] != goes[spec.order]:
            numbers[f"goes_{other}"] = goes[name]
    numbers |= {"weights": size * 10 + 10, "weights_only": size * 10, "weights_channels": spec.channels * 10 + 10}
    if numbers["weights_channels"] == numbers["weights"]:
        del numbers["weights_channels"]
    texts = {name: whole(number) for name, number in numbers.items()}
    return texts | {
        "shape": f"({', '.join(map(str, shape))})",
        "cell": f"x[{', '.join(map(str, cell))}]",
        "order": spec.order,
    }
