"""The scene format: a rule says the same as a list, steps give back the cells, and the bytes hold what they should."""

import dataclasses
import json

import numpy as np
import pytest

from experiments.scene import (
    FUNCTIONS,
    Group,
    Listed,
    Map,
    Pick,
    Read,
    Scene,
    Select,
    Sum,
    Window,
    evaluate,
    pack,
    terms,
    values,
)
from tests.scenes import SCENES, convolution, listed, rnn_step


def naive_terms(index: Window) -> list[tuple[int, ...]]:
    """(cell, factor's cell, …) of every term, loop by loop."""
    found = []
    for cell, t in enumerate(np.ndindex(*index.target)):
        for k in np.ndindex(*index.loop):
            flats = []
            for read in index.reads:
                at = []
                for d, size in enumerate(read.shape):
                    place = read.offset[d] + int(np.dot(read.target[d], t)) + int(np.dot(read.loop[d], k))
                    if place % read.divisor[d] == 0 and 0 <= place // read.divisor[d] < size:
                        at.append(place // read.divisor[d])
                if len(at) == len(read.shape):
                    flats.append(int(np.ravel_multi_index(at, read.shape)))
            if len(flats) == len(index.reads):
                found.append((cell, *flats))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_window_is_the_list_that_it_stands_for(seed: int) -> None:
    rng = np.random.default_rng(seed)
    target, loop = tuple(rng.integers(1, 5, rng.integers(1, 4))), tuple(rng.integers(1, 4, rng.integers(0, 3)))

    def read() -> Read:
        shape = tuple(int(n) for n in rng.integers(1, 6, rng.integers(1, 4)))
        rows = [[tuple(int(v) for v in rng.integers(-1, 3, len(sizes))) for _ in shape] for sizes in (target, loop)]
        offset = tuple(int(v) for v in rng.integers(-2, 2, len(shape)))
        return Read(
            shape, tuple(rows[0]), tuple(rows[1]), offset, tuple(int(v) for v in rng.integers(1, 3, len(shape)))
        )

    index = Window(tuple(map(int, target)), tuple(map(int, loop)), (read(), read()))
    cell, (a, b) = terms(index)
    assert list(zip(cell, a, b, strict=True)) == naive_terms(index)


@pytest.mark.parametrize("name", [name for name in SCENES if name != "wrong"])
def test_steps_give_back_the_cells(name: str) -> None:
    scene = SCENES[name]()
    for frame in range(scene.frames.count if scene.frames else 1):
        for step in scene.steps:
            held = values(scene, step.target, frame)
            tolerance = 1e-4 if held.dtype == np.float32 else 1e-11
            np.testing.assert_allclose(evaluate(scene, step, frame), held, rtol=tolerance, atol=tolerance)


def test_a_wrong_index_is_noticed() -> None:
    scene = rnn_step()
    step = next(step for step in scene.steps if step.target == "dx")
    assert isinstance(step, Sum)
    assert isinstance(step.groups[0].index, Listed)
    cells = step.groups[0].index.cells
    cells[0][[0, 1]] = cells[0][[1, 0]]  # two weights changed places
    assert not np.allclose(evaluate(scene, step), values(scene, "dx"))


@pytest.mark.parametrize("geometry", [
    {"padding": "same"}, {"stride": 2}, {"stride": 2, "padding": "same"}, {"dilation": 2}, {"kernel": 2, "stride": 3},
    {"groups": 2, "filters": 4}, {"groups": 2, "filters": 2, "stride": 2, "padding": "same"},
])  # fmt: skip
def test_the_sample_convolution_is_a_convolution(geometry: dict[str, int | str]) -> None:
    """Against PyTorch: else the samples would prove nothing about padding, strides, dilation and groups."""
    import torch

    x = np.random.default_rng(0).uniform(0, 1, (7, 8, 2))
    scene = convolution(x, check=False, **geometry)  # type: ignore[arg-type]
    grids = {grid.id: torch.tensor(grid.values) for grid in scene.grids}
    stride, dilation, groups = (int(geometry.get(name, 1)) for name in ("stride", "dilation", "groups"))
    image = grids["x"].permute(2, 0, 1)[None].requires_grad_()
    kernel = grids["w"].permute(3, 2, 0, 1).requires_grad_()
    padded = image
    if geometry.get("padding") == "same":
        pads = []
        for size in (8, 7):  # the last axis first, as PyTorch wants it
            total = max(0, (-(-size // stride) - 1) * stride + dilation * (kernel.shape[-1] - 1) + 1 - size)
            pads += [total // 2, total - total // 2]
        padded = torch.nn.functional.pad(image, pads)
    y = torch.nn.functional.conv2d(padded, kernel, grids["b"], stride, 0, dilation, groups)
    y.backward(grids["dy"].permute(2, 0, 1)[None])
    assert image.grad is not None
    assert kernel.grad is not None
    np.testing.assert_allclose(grids["y"], y[0].permute(1, 2, 0).detach(), atol=1e-12)
    np.testing.assert_allclose(grids["dx"], image.grad[0].permute(1, 2, 0), atol=1e-12)
    np.testing.assert_allclose(grids["dw"], kernel.grad.permute(2, 3, 1, 0), atol=1e-12)


def unpack(payload: bytes) -> dict[str, object]:
    """The header with its arrays, read as the browser reads it."""
    assert payload[:4] == b"LENS"
    version, length, zero = np.frombuffer(payload, "<u4", 3, 4)
    assert (version, zero) == (1, 0)
    assert (16 + length) % 8 == 0

    def array(value: dict[str, object]) -> object:
        if "$" not in value:
            return value
        kind, offset, size, shape = value["$"]  # type: ignore[misc]
        assert offset % 8 == 0
        return np.frombuffer(payload, f"<{kind}", size, 16 + int(length) + offset).reshape(shape)

    return json.loads(payload[16 : 16 + int(length)], object_hook=array)


@pytest.mark.parametrize("name", list(SCENES))
def test_the_bytes_hold_every_array(name: str) -> None:
    scene = SCENES[name]()
    header = unpack(pack(scene))
    for grid, packed in zip(scene.grids, header["grids"], strict=True):  # type: ignore[call-overload]
        assert packed["values"].tobytes() == np.ascontiguousarray(grid.values).tobytes()
        assert packed["values"].shape == grid.values.shape
    for step, packed in zip(scene.steps, header["steps"], strict=True):  # type: ignore[call-overload]
        assert packed["kind"] == {Sum: "sum", Map: "map", Select: "select", Pick: "pick"}[type(step)]


def test_every_map_has_its_function() -> None:
    for name in SCENES:
        for step in SCENES[name]().steps:
            if isinstance(step, Map):
                assert step.function in FUNCTIONS


def test_a_list_keeps_cells_without_terms() -> None:
    index = listed([(1,)], [], [(0,), (2,)])
    assert terms(index).cell.tolist() == [0, 2, 2]
    step = Sum("y", "forward", (Group(("x",), index),))
    scene = rnn_step()
    x = dataclasses.replace(scene.grids[0], values=np.array([1.0, 2.0, 4.0]))
    y = dataclasses.replace(x, id="y")
    made = Scene("Lists", ("one",), scene.phases, (x, y), (step,))
    assert evaluate(made, step).tolist() == [2.0, 0.0, 5.0]
