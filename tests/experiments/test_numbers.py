"""How numbers are written in words."""

import numpy as np
import pytest

from experiments.numbers import decimal, ends, key, scientific, significant, spread, whole


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (decimal(-0.3), "−0.30"),
        (decimal(-0.004), "0.00"),
        (decimal(-0.004, 3), "−0.004"),
        (decimal(12345.678), "12,345.68"),
        (whole(4_877_380), "4,877,380"),
        (whole(-1000), "−1,000"),
        (whole(-0.4), "0"),
        (significant(2.3815), "2.38"),
        (significant(-0.03456), "−0.0346"),
        (significant(9.996), "10.0"),
        (significant(1234.5), "1,234"),
        (significant(2e-4), "2×10⁻⁴"),
        (significant(0), "0"),
        (scientific(2.2e-15), "2×10⁻¹⁵"),
        (scientific(-4e7), "−4×10⁷"),
        (scientific(0), "0"),
        (ends(np.array([0.97, 0.81, 0.9])), "0.81 to 0.97"),
        (ends(np.array([0.811, 0.812])), "0.81"),
        (spread(np.array([0.97, 0.81, 0.9])), "0.90 (0.81 to 0.97)"),
        (spread(np.array([0.811, 0.812])), "0.81"),
        (key(0.01), "0_01"),
        (key(3.0), "3"),
    ],
)
def test_a_number_is_written_one_way(written: str, text: str) -> None:
    assert written == text
