"""Training: the same run for a seed, whoever computes it and however often; the way back leads to the same numbers."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from engine.arrays import Array, leaves
from engine.datasets import digits
from engine.kernels import workers
from engine.layers import LSTM, Conv2D, Dense, Flatten, Layer, ReLU
from engine.losses import mean_squared_error
from engine.network import Sequential
from engine.optimizers import SGD, Adam, RMSprop
from engine.recording import Recording
from engine.training import (
    Drawn,
    Examples,
    Progress,
    Step,
    Training,
    accuracy,
    dead_units,
    steps,
    update_ratios,
)

NETWORK = Sequential((Conv2D(4, 3), ReLU(), Flatten(), Dense(10)))


def training(seed: int = 0, **settings: object) -> Training:
    images, labels = digits()
    return replace(Training(NETWORK, SGD(0.1), images[:200], labels[:200], 16, seed), **settings)


def run(it: Training, steps: int) -> list[Step]:
    progress, taken = it.start(), []
    for _ in range(steps):
        taken.append(it.step(progress))
        progress = taken[-1].after
    return taken


def same(a: Progress, b: Progress) -> bool:
    pairs = zip(leaves(a.params), leaves(b.params), strict=True)
    return a.steps == b.steps and all(np.array_equal(x, y) for (_, x), (_, y) in pairs)


def test_a_step_is_that_of_pytorch() -> None:
    """Forward, loss, backward and update, four times, in float64."""
    it = training(optimizer=SGD(0.1, momentum=0.9))
    it = replace(it, x=it.x.astype(np.float64))
    params = it.start().params
    conv, dense = torch.nn.Conv2d(1, 4, 3, dtype=torch.float64), torch.nn.Linear(144, 10, dtype=torch.float64)
    with torch.no_grad():
        conv.weight.copy_(torch.tensor(params[0]["kernel"]).permute(3, 2, 0, 1))
        dense.weight.copy_(torch.tensor(params[3]["kernel"]).T)
        conv.bias.zero_()
        dense.bias.zero_()
    optimizer = torch.optim.SGD([*conv.parameters(), *dense.parameters()], 0.1, momentum=0.9)
    for step in run(it, 4):
        x = torch.tensor(it.x[step.batch]).permute(0, 3, 1, 2)
        hidden = torch.relu(conv(x)).permute(0, 2, 3, 1).flatten(1)
        loss = torch.nn.functional.cross_entropy(dense(hidden), torch.tensor(it.labels[step.batch]))
        optimizer.zero_grad()
        loss.backward()
        np.testing.assert_allclose(step.loss, loss.item(), rtol=1e-12)
        np.testing.assert_allclose(step.grads[3]["kernel"], dense.weight.grad.T.numpy(), rtol=1e-10, atol=1e-13)
        optimizer.step()
        after = conv.weight.detach().permute(2, 3, 1, 0).numpy()
        np.testing.assert_allclose(step.after.params[0]["kernel"], after, rtol=1e-10, atol=1e-13)


def test_the_loss_falls() -> None:
    for seed in range(3):
        losses = [step.loss for step in run(training(seed), 60)]
        assert np.mean(losses[-10:]) < np.mean(losses[:10]) / 2


def test_the_same_seed_gives_the_same_run_on_any_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run(training(), 12)[-1].after
    monkeypatch.setattr(workers, "WORTH_SPLITTING", 0)  # every kernel is dealt to the pool
    with ThreadPoolExecutor(4) as threads:
        for got in threads.map(lambda _: run(training(), 12)[-1].after, range(8)):
            assert same(got, expected)
    assert not same(run(training(1), 12)[-1].after, expected)


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been() -> None:
    it = training(optimizer=Adam(0.01))
    halfway = run(it, 7)[-1].after
    progress = halfway
    for _ in range(6):
        progress = it.step(progress).after
    assert same(progress, run(it, 13)[-1].after)


def test_an_epoch_shows_every_example_once_and_the_next_in_another_order() -> None:
    it = training(batch_size=50)
    first, second = (np.concatenate([it.batch(4 * epoch + k) for k in range(4)]) for epoch in (0, 1))
    assert sorted(first) == sorted(second) == list(range(200))
    assert not np.array_equal(first, second)
    assert len(np.unique(np.concatenate([training(batch_size=48).batch(k) for k in range(4)]))) == 192


def recorded(steps: int) -> tuple[Recording, list[Step]]:
    recording = Recording(training(optimizer=Adam(0.01)))
    taken = []
    for k in range(steps):
        if k == 20:
            recording.set_rate(0.001)
        taken.append(recording.step())
    return recording, taken


def test_any_step_comes_again_to_the_last_bit() -> None:
    recording, taken = recorded(70)
    for k in (0, 1, 7, 8, 19, 20, 21, 45, 69):
        again = recording.again(k)
        assert same(again.before, taken[k].before)
        assert same(again.after, taken[k].after)
        assert again.loss == taken[k].loss
        assert np.array_equal(again.grads[0]["kernel"], taken[k].grads[0]["kernel"])
    assert recording.steps == 70
    with pytest.raises(ValueError, match=r"the run has the steps 0 … 70, not 71"):
        recording.again(71)
    with pytest.raises(ValueError, match=r"not -1"):
        recording.again(-1)


def test_a_replay_goes_step_by_step_and_what_it_has_computed_is_at_hand() -> None:
    recording, taken = recorded(70)
    calls = 0
    for _ in recording.approach(23):
        calls += 1
    assert calls == 7  # from the checkpoint at 16
    assert list(recording.approach(23)) == []
    assert list(recording.approach(recording.steps)) == []  # where the run stands, nothing has to be computed again
    assert len(list(recording.approach(22))) == 6  # what lies behind is computed from the checkpoint
    assert same(recording.again(23).before, taken[23].before)
    recording.back_to(21)
    recording.set_rate(0.5)
    recording.step()
    recording.step()
    recording.step()
    assert not same(recording.again(23).before, taken[23].before)  # nothing of the run before is left
    with pytest.raises(ValueError, match="the run has the steps"):
        next(recording.approach(99))


def test_a_changed_rate_acts_from_the_next_step() -> None:
    recording, taken = recorded(25)
    assert [recording.rate_at(k) for k in (0, 19, 20, 24)] == [0.01, 0.01, 0.001, 0.001]
    moved = [max(np.abs(a - b).max() for a, b in zip(taken[k].after.params[0].values(),
             taken[k].before.params[0].values(), strict=True)) for k in (19, 20)]  # fmt: skip
    assert moved[1] < moved[0] / 5
    with pytest.raises(ValueError, match="learning_rate must be above 0"):
        recording.set_rate(0)
    assert recording.rate_at(25) == 0.001


def test_a_run_with_the_rates_of_another_is_the_same_to_the_last_bit() -> None:
    recording, taken = recorded(40)
    again = Recording(training(optimizer=Adam(0.001)))  # the last rate, as an address has it
    again.plan(dict(recording.rates(40)))
    for step in taken:
        assert same(again.step().after, step.after)
    assert again.rates(40) == recording.rates(40) == [(0, 0.01), (20, 0.001)]
    assert recording.rates(19) == [(0, 0.01)]


def test_rates_to_come_give_way_to_a_rate_that_is_set() -> None:
    recording = Recording(training(optimizer=Adam(0.01)))
    recording.plan({3: 0.02, 6: 0.03})
    for _ in range(4):
        recording.step()
    recording.set_rate(0.5)
    assert recording.rates(100) == [(0, 0.01), (3, 0.02), (4, 0.5)]
    recording.set_rate(0.02)
    assert recording.rates(100) == [(0, 0.01), (3, 0.02)]  # where nothing changes, nothing is said
    with pytest.raises(ValueError, match="steps must be at least 4, not 3"):
        recording.plan({3: 0.1})
    with pytest.raises(ValueError, match="learning_rate must be above 0, not -1"):
        recording.plan({8: -1})


def test_going_back_forgets_what_came_later() -> None:
    recording, taken = recorded(40)
    recording.back_to(13)
    assert recording.steps == 13
    assert recording.rate_at(13) == 0.01
    assert same(recording.step().after, taken[13].after)
    for _ in range(26):
        recording.step()
    unbroken = Recording(training(optimizer=Adam(0.01)))
    for _ in range(40):
        unbroken.step()
    assert same(recording.next.before, unbroken.next.before)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recording, "ROOM", 4)
    recording, taken = recorded(150)
    assert len(recording._kept) <= 5
    assert same(recording.again(77).after, taken[77].after)


def test_a_broken_run_says_so_and_warns_nobody() -> None:
    steps = run(training(optimizer=SGD(1e6)), 5)
    assert not steps[0].before.steps
    assert steps[-1].diverged
    assert not run(training(), 5)[-1].diverged


def test_update_ratios_are_lengths() -> None:
    step = run(training(), 1)[0]
    w, moved = step.before.params[0]["kernel"], step.after.params[0]["kernel"]
    expected = np.sqrt(((moved - w) ** 2).sum() / (w**2).sum())
    assert update_ratios(step)["0.kernel"] == pytest.approx(expected, rel=1e-5)
    assert np.isnan(update_ratios(step)["0.bias"])  # of a vector of zeros


def test_dead_units_are_those_that_pass_nothing() -> None:
    y = np.zeros((2, 3, 3, 4), np.float32)
    y[1, 2, 0, 1] = 0.1
    assert dead_units(Sequential((Conv2D(4, 3), ReLU())), (y, y, y)) == {1: 0.75}


def test_accuracy_counts_the_largest() -> None:
    it = training()
    progress = it.start()
    y, _ = it.network.forward(progress.params, it.x)
    assert accuracy(it.network, progress, it.x, y.argmax(axis=1)) == 1
    assert accuracy(it.network, progress, it.x, (y.argmax(axis=1) + 1) % 10) == 0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"batch_size": 201}, r"batch_size must be at most the number of examples \(200\), not 201"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"labels": np.arange(3)}, "as many examples"),
    ],
)
def test_what_cannot_be_is_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        training(**settings)


class ProbeTrace(NamedTuple):
    drawn: np.ndarray
    state: dict[str, np.ndarray]


@dataclass(frozen=True)
class Probe(Layer):
    """Hands its input on, adds what it draws, and counts how often it was asked."""

    uses = frozenset({"state", "training", "rng"})

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return input_shape

    def parameter_shapes(self, input_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        return {}

    def operation_count(self, input_shape: tuple[int, ...]) -> int:
        return 0

    def init(self, rng: np.random.Generator, input_shape: tuple[int, ...], dtype: object = np.float32) -> Any:
        return {}, {"calls": np.zeros(1)}

    def forward(self, params: Any, x: np.ndarray, *, state: Any, training: bool, rng: Any) -> Any:
        assert training
        drawn = rng.random(x.shape).astype(x.dtype)
        return x + drawn, ProbeTrace(drawn, {"calls": state["calls"] + 1})

    def backward(self, params: Any, trace: ProbeTrace, dy: np.ndarray) -> Any:
        return dy, {}


def test_every_step_draws_anew_and_hands_on_what_layers_remember() -> None:
    def drawn(seed: int) -> list[np.ndarray]:
        it = training(seed, network=Sequential((Probe(), *NETWORK.layers)))
        steps = run(it, 3)
        assert [step.after.state[0]["calls"][0] for step in steps] == [1, 2, 3]
        return [step.activations[1] - step.activations[0] for step in steps]

    first, again, other = drawn(0), drawn(0), drawn(1)
    assert not np.allclose(first[0], first[1])
    assert np.array_equal(first, again)
    assert not np.allclose(first[0], other[0])


def test_another_seed_shows_the_examples_in_another_order() -> None:
    assert not np.array_equal(training(0).batch(0), training(1).batch(0))


# ------------------------------------------------------------------------------ sequences that every step draws anew

SEQUENCES = Sequential((LSTM(5, return_sequences=True), Dense(2)))


def echo(rng: np.random.Generator) -> Examples:
    """Sequences of unequal length; what is asked at every step is the number before."""
    x = rng.standard_normal((6, 7, 2))
    mask = np.arange(7) < rng.integers(2, 8, 6)[:, None]
    return Examples(x, np.concatenate([np.zeros_like(x[:, :1]), x[:, :-1]], axis=1), mask)


def drawn(seed: int = 0, **settings: object) -> Drawn:
    return replace(Drawn(SEQUENCES, RMSprop(0.01), echo, seed, mean_squared_error), **settings)


def test_a_step_on_masked_sequences_is_that_of_pytorch() -> None:
    """Mean squared error over the steps that count, gradients clipped by their global norm, RMSprop; four times."""
    it = drawn(optimizer=RMSprop(0.01, global_clipnorm=0.3))
    progress = it.start()
    lstm, dense = torch.nn.LSTM(2, 5, batch_first=True).double(), torch.nn.Linear(5, 2).double()
    params = progress.params
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.tensor(params[0]["kernel"].T))
        lstm.weight_hh_l0.copy_(torch.tensor(params[0]["recurrent_kernel"].T))
        lstm.bias_ih_l0.copy_(torch.tensor(params[0]["bias"]))
        lstm.bias_hh_l0.zero_()
        lstm.bias_hh_l0.requires_grad_(False)
        dense.weight.copy_(torch.tensor(params[1]["kernel"].T))
        dense.bias.zero_()
    weights = [w for w in (*lstm.parameters(), *dense.parameters()) if w.requires_grad]
    square = [torch.zeros_like(w) for w in weights]
    clipped = 0
    for _ in range(4):
        step = it.step(progress)
        progress = step.after
        x, target, mask = (torch.tensor(array) for array in step.examples[:3])
        # one axis of unequal lengths: what comes after the end changes nothing before it
        loss = ((dense(lstm(x)[0]) - target)[mask] ** 2).mean()
        for w in weights:
            w.grad = None
        loss.backward()
        assert step.loss == pytest.approx(loss.item(), rel=1e-12)
        np.testing.assert_allclose(step.grads[0]["kernel"], lstm.weight_ih_l0.grad.T.numpy(), rtol=1e-9, atol=1e-13)
        norm = torch.sqrt(sum((w.grad**2).sum() for w in weights)).item()
        clipped += norm > 0.3
        with torch.no_grad():  # as Keras: ε inside of the root
            for w, v in zip(weights, square, strict=True):
                g = w.grad * min(1, 0.3 / norm)
                v.mul_(0.9).add_(0.1 * g**2)
                w -= 0.01 * g / torch.sqrt(v + 1e-7)
        expected = lstm.weight_hh_l0.detach().T.numpy()
        np.testing.assert_allclose(progress.params[0]["recurrent_kernel"], expected, rtol=1e-9, atol=1e-13)
    assert clipped


def test_drawn_examples_follow_from_the_seed_and_the_number_of_the_step() -> None:
    it = drawn()
    halfway = [step.after for step in steps(it, 7)][-1]
    assert same(it.step(halfway).after, [step.after for step in steps(drawn(), 8)][-1])
    assert np.array_equal(it.examples(3).x, drawn().examples(3).x)
    for other in (it.examples(4), drawn(1).examples(3)):
        assert not np.array_equal(it.examples(3).x, other.x)
    with pytest.raises(ValueError, match="seed must be at least 0, not -1"):
        drawn(-1)


def test_the_mask_stays_with_the_steps_and_ends_where_they_do() -> None:
    """A loss of the last state gets none: it would not know what to do with it."""

    def last(rng: np.random.Generator) -> Examples:
        x, target, mask, *_ = echo(rng)
        return Examples(x, target[:, 0], mask)

    asked = []

    def loss(y: Array, target: Array, *mask: Array) -> tuple[float, Array]:
        asked.append(len(mask))
        return mean_squared_error(y, target, *mask)

    drawn(draw=last, network=Sequential((LSTM(5), Dense(2))), loss=loss).step(drawn().start())
    it = drawn(loss=loss)
    it.step(it.start())
    assert asked == [0, 1]
