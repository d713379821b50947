"""Series of the learner's own: what is read, whatever the spreadsheet that it comes from."""

import numpy as np
import pytest

from engine.series import read, shrink

VALUES = np.round(np.cumsum(np.random.default_rng(0).standard_normal(220)), 2)
TEXTS = [f"{value:.2f}" for value in VALUES]
COMMAS = [text.replace(".", ",") for text in TEXTS]


@pytest.mark.parametrize(
    "given",
    [
        "\n".join(TEXTS),
        "\n".join(COMMAS),
        "value\n" + "\n".join(COMMAS),
        "\n".join(f"{2000 + k} {text}" for k, text in enumerate(COMMAS)),
        "\n".join(f"{k},{text}" for k, text in enumerate(TEXTS)),
        "\n".join(f"{k};{text}" for k, text in enumerate(COMMAS)),
        "\n".join(f'"a;b";{text}' for text in COMMAS),
        "\n".join(f'"{k}","{text}"' for k, text in enumerate(COMMAS)),
        "; ".join(COMMAS),
        " ".join(COMMAS),
        ", ".join(TEXTS),
        "\n".join(text.replace("-", "−") for text in TEXTS),
    ],
)
def test_what_is_read(given: str) -> None:
    np.testing.assert_allclose(read(shrink(given.encode())), VALUES, atol=np.ptp(VALUES) / 65535)


@pytest.mark.parametrize("quote", ["", '"'])
def test_commas_between_thousands(quote: str) -> None:
    values = 40_000 + 100 * VALUES
    given = "\n".join(f"{quote}{value:,.2f}{quote}" for value in values)
    np.testing.assert_allclose(read(shrink(given.encode())), values, atol=np.ptp(values) / 65535)


def test_two_columns_of_whole_numbers_stay_two() -> None:
    """Where the first counts the lines, the comma parts cells."""
    whole = np.random.default_rng(1).integers(0, 500, 220)
    given = "\n".join(f"{k},{value}" for k, value in enumerate(whole, 1))
    np.testing.assert_allclose(read(shrink(given.encode())), whole, atol=0.01)
