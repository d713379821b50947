from typing import NamedTuple

import numpy as np

from engine.arrays import leaves, rebuild


class Pair(NamedTuple):
    left: object
    right: object


A, B, C = (np.full(2, value) for value in (1.0, 2.0, 3.0))


def test_leaves_have_paths() -> None:
    assert list(leaves(A)) == [("", A)]
    assert [path for path, _ in leaves({"kernel": A, "bias": B})] == ["kernel", "bias"]
    assert [path for path, _ in leaves(({"kernel": A}, {}, (B, None)))] == ["0.kernel", "2.0"]
    assert [path for path, _ in leaves(Pair(A, {"h": C}))] == ["left", "right.h"]
    assert list(leaves(None)) == []


def test_rebuild_keeps_the_form() -> None:
    tree = ({"kernel": A, "none": None}, Pair(B, (C,)))
    doubled = rebuild(tree, lambda path, a: 2 * a)
    assert [(p, a[0]) for p, a in leaves(doubled)] == [("0.kernel", 2), ("1.left", 4), ("1.right.0", 6)]
    assert isinstance(doubled[1], Pair)
    assert doubled[0]["none"] is None
    assert A[0] == 1
    seen: list[str] = []
    rebuild(tree, lambda path, a: seen.append(path) or a)
    assert seen == [path for path, _ in leaves(tree)]
