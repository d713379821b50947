import numpy as np

from engine.layers import ReLU


def test_relu_at_its_kink() -> None:
    """The subgradient at 0 is 0, also at the negative zero; a NaN passes in both directions."""
    y, trace = ReLU().forward({}, np.array([[-1.0, -0.0, 0.0, 2.0, np.nan, np.inf]]))
    np.testing.assert_array_equal(y, [[0, 0, 0, 2, np.nan, np.inf]])
    dx, _ = ReLU().backward({}, trace, np.full((1, 6), 3.0))
    np.testing.assert_array_equal(dx, [[0, 0, 0, 3, 3, 3]])


def test_relu_keeps_the_lost_gradient_out() -> None:
    """Where x is negative nothing comes back, not even a NaN."""
    _, trace = ReLU().forward({}, np.array([[-1.0, 1.0]]))
    np.testing.assert_array_equal(ReLU().backward({}, trace, np.full((1, 2), np.nan))[0], [[0, np.nan]])
