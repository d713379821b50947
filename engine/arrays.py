"""Arrays, and trees of them: the dictionaries and tuples in which parameters, gradients and states travel."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]


def read_only(array: Array) -> Array:
    """The array itself, which many may share now: nobody can write into it."""
    array.flags.writeable = False
    return array


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Array]]:
    """Every array of a tree with its path: `{"kernel": k}` gives `("kernel", k)`, in a tuple `("0.kernel", k)`."""
    if tree is None:
        return
    if isinstance(tree, dict):
        children = list(tree.items())
    elif isinstance(tree, tuple):
        children = list(zip(getattr(tree, "_fields", range(len(tree))), tree, strict=True))
    else:
        yield path, tree
        return
    for name, child in children:
        yield from leaves(child, f"{path}.{name}" if path else str(name))


def rebuild(tree: Any, leaf: Callable[[str, Array], Array], path: str = "") -> Any:
    """A tree of the same form whose arrays are `leaf(path, array)`. The given tree is not changed."""
    if tree is None:
        return None
    if isinstance(tree, dict):
        return {name: rebuild(child, leaf, f"{path}.{name}" if path else str(name)) for name, child in tree.items()}
    if isinstance(tree, tuple):
        names = getattr(tree, "_fields", range(len(tree)))
        children = [rebuild(c, leaf, f"{path}.{n}" if path else str(n)) for n, c in zip(names, tree, strict=True)]
        return type(tree)(*children) if hasattr(tree, "_fields") else tuple(children)
    return leaf(path, tree)
