"""Checks shared by layers, losses and data: each raises ValueError with the name, the value and the rule."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape

MOST = 2**31 - 1  # of an integer: no array has so many cells along an axis


def check_float(name: str, array: Array) -> None:
    """float32 or float64."""
    if array.dtype not in (np.float32, np.float64):
        raise ValueError(f"{name} must be float32 or float64, not {array.dtype}")


def check_gradient(dy: Array, shape: Shape, dtype: npt.DTypeLike, of: str = "x") -> None:
    """Shaped like y, in the dtype of x, or of another array."""
    if dy.shape != shape:
        raise ValueError(f"dy must have y's shape {shape}, not {dy.shape}")
    check_dtype("dy", dy, dtype, of)


def check_dtype(name: str, array: Array, dtype: npt.DTypeLike, of: str = "x") -> None:
    """The dtype of another array: a silent cast would hide where precision is lost."""
    if array.dtype != dtype:
        raise ValueError(f"{name} is {array.dtype}, but {of} is {np.dtype(dtype)}: cast one of them")


def check_mask(mask: Array | None, shape: Shape) -> None:
    """None, or a flag for each step: True where it is there."""
    if mask is not None and (mask.shape != shape or mask.dtype != np.bool_):
        raise ValueError(f"mask must be bool of shape {shape}, a flag a step, not {mask.dtype} {mask.shape}")


def check_integer(name: str, value: object, least: int = 1) -> int:
    """An integer, given back as an int. True is not 1 here, and 3.0 is not 3."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise ValueError(f"{name} must be an integer, not {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")
    if value > MOST:
        raise ValueError(f"{name} must be at most {MOST}, not {value}")
    return int(value)


def check_flag(name: str, value: object) -> bool:
    """True or False, given back as a bool."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, not {value!r}")
    return bool(value)


def check_number(
    name: str,
    value: object,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
) -> float:
    """A finite number within the bounds, given back as a float."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        raise ValueError(f"{name} must be a number, not {value!r}")
    rules = {
        "finite": np.isfinite(value),
        f"above {above}": above is None or value > above,
        f"at least {least}": least is None or value >= least,
        f"below {below}": below is None or value < below,
        f"at most {most}": most is None or value <= most,
    }
    for rule, holds in rules.items():
        if not holds:
            raise ValueError(f"{name} must be {rule}, not {value}")
    return float(value)


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """One of some words."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
