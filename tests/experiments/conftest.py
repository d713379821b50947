"""What the tests of experiments share."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture
def precision() -> Iterator[None]:
    """A Keras script begins as in a fresh process, whatever ran before it, and leaves nothing behind."""
    _fresh_keras()
    yield
    _fresh_keras()


def _fresh_keras() -> None:
    if "keras" in sys.modules:
        keras = sys.modules["keras"]
        keras.config.set_floatx("float32")
        keras.utils.clear_session()  # also the precision that the first layer found
