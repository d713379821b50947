"""What the tasks ask, by hand and by loops."""

import numpy as np
import pytest

from experiments.recurrent import tasks


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("steps", [2, 5, 40])
def test_adding_marks_one_number_in_either_half(steps: int) -> None:
    x, target, mask, *_ = tasks.adding(rng(), steps)
    assert mask is None
    assert (x.shape, x.dtype, target.shape, target.dtype) == ((32, steps, 2), np.float32, (32, 1), np.float32)
    for sequence, (total,) in zip(x, target, strict=True):
        first, second = np.flatnonzero(sequence[:, 1])
        assert first < steps // 2 <= second
        assert total == pytest.approx(sequence[first, 0] + sequence[second, 0])


def test_guessing_the_mean_of_the_sum_errs_by_a_sixth() -> None:
    _, target, *_ = tasks.adding(rng(), 10, batch=20000)
    assert target.var() == pytest.approx(1 / 6, rel=0.05)


@pytest.mark.parametrize("between", tasks.BETWEEN)
def test_recall_shows_its_symbol_once(between: str) -> None:
    x, symbols, *_ = tasks.recall(rng(), 30, between)
    assert np.array_equal(x[:, 0].argmax(axis=1), symbols)
    assert (x[:, 0].sum(axis=1) == 1).all()
    assert set(symbols) == set(range(tasks.SYMBOLS))
    later = x[:, 1:, : tasks.SYMBOLS]
    assert np.abs(later).max() < 0.6
    assert np.array_equal(later, np.zeros_like(later)) == (between == tasks.OTHERS)


def test_what_is_held_is_the_number_at_the_last_token() -> None:
    x, target, *_ = tasks.held(rng(), 50)
    for sequence, asked in zip(x, target[..., 0], strict=True):
        assert sequence[0, 1] == 1
        kept = np.nan
        for (value, token), answer in zip(sequence, asked, strict=True):
            kept = value if token else kept
            assert answer == kept
    assert x[:, 1:, 1].mean() == pytest.approx(tasks.TOKENS, abs=0.02)


def test_strings_by_hand() -> None:
    x, following, there, *_ = tasks.strings(np.array([1, 2]))
    assert ["".join("Sab"[k] for k in row[on].argmax(axis=1)) for row, on in zip(x, there, strict=True)] == [
        "Sab",
        "Saabb",
    ]
    assert ["".join("SabE"[k] for k in row[on]) for row, on in zip(following, there, strict=True)] == ["abE", "aabbE"]
    settled = tasks.settled(following, there)
    assert ["".join("SabE"[k] for k in row[on]) for row, on in zip(following, settled, strict=True)] == ["E", "bE"]
    assert not x[~there].any()


def test_the_loss_of_counting_is_that_of_the_settled_steps() -> None:
    _, following, there, *_ = tasks.counting(rng(), 6)
    logits = rng(1).standard_normal((*following.shape, 4))
    loss, dlogits = tasks.settled_cross_entropy(logits, following, there)
    n = [list(row).count(tasks.B) for row in following]
    assert set(n) == set(range(1, 7))
    # a, …, a, b: the step of the first b is n, and that of the last is 2 n, after which the end comes
    asked = [(row, step) for row, count in enumerate(n) for step in range(count + 1, 2 * count + 1)]
    losses = []
    for row, step in asked:
        e = np.exp(logits[row, step])
        losses.append(-np.log(e[following[row, step]] / e.sum()))
    assert loss == pytest.approx(np.mean(losses), rel=1e-12)
    assert set(zip(*dlogits.any(axis=2).nonzero(), strict=True)) == set(asked)


@pytest.mark.parametrize("task", [tasks.adding, tasks.recall, tasks.held, tasks.counting])
def test_the_same_generator_gives_the_same_examples(task) -> None:
    one, again, other = (task(rng(seed), 9).x for seed in (3, 3, 4))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("task", "steps", "rule"), [(tasks.adding, 1, "2"), (tasks.recall, 1, "2"), (tasks.held, 0, "1")]
)
def test_too_short(task, steps: int, rule: str) -> None:
    with pytest.raises(ValueError, match=f"steps must be at least {rule}, not {steps}"):
        task(rng(), steps)
