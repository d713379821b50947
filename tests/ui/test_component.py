"""The parcel, read as the browser reads it: arrays are views into its bytes, so each begins where its type allows."""

import json
from typing import Any

import numpy as np
import pytest

from ui.component import parcel


def opened(bytes_: bytes) -> tuple[dict[str, Any], int]:
    """The header, and where the arrays begin."""
    length = int(np.frombuffer(bytes_, "<u4", 1)[0])
    return json.loads(bytes_[8 : 8 + length]), 8 + length


@pytest.mark.parametrize("word", ["", "a", "ab", "abc", "∂", "∂L/∂x"])
def test_arrays_come_back_and_are_aligned(word: str) -> None:
    arrays = [
        np.array([1, 2, 3], np.uint8),
        np.arange(5.0).astype(np.float32),
        np.array([True, False, True]),
        np.array([[1.5, -2.5], [np.nan, np.inf]]),
        np.array([7], ">i2"),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    ]
    sent = parcel({"word": word, "arrays": arrays, "raw": b"abcde", "number": np.float64(0.5)})
    header, base = opened(sent)
    assert base % 8 == 0
    assert len(sent) % 8 == 0
    assert header["word"] == word
    assert header["number"] == 0.5
    for array, stored in zip(
        [*arrays, np.frombuffer(b"abcde", np.uint8)], [*header["arrays"], header["raw"]], strict=True
    ):
        kind, offset, size, shape = stored["$"]
        assert offset % 8 == 0
        assert (size, tuple(shape)) == (array.size, array.shape)
        found = np.frombuffer(sent, f"<{kind}", size, base + offset).reshape(shape)
        np.testing.assert_array_equal(found, array)


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        parcel({"value": float("nan")})
