"""RN1 and RN2: the loop, and the order that it makes matter."""

import numpy as np
import pytest

from experiments.numbers import significant
from experiments.recurrent.sequences import EEG, PULSE
from experiments.simple_rnn import loop as loop_module
from experiments.simple_rnn.loop import ANOTHER, SAME, loop, repeated, unrolled
from experiments.simple_rnn.loop import show as show_loop
from experiments.simple_rnn.order import NEITHER, ONLY_THE_LAYER, order
from experiments.simple_rnn.order import show as show_order
from experiments.simple_rnn.spec import SimpleRNNSpec

SEEDS = range(5)


@pytest.mark.parametrize("activation", ["tanh", "relu", "linear"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_layer_is_its_formula_step_by_step(activation: str, seed: int) -> None:
    """RN1."""
    result = loop(SimpleRNNSpec(activation=activation, seed=seed, word="mississippi"))
    assert result.by_hand <= 1e-12 * max(1.0, np.abs(result.h).max())


def test_the_formula_is_not_the_layers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """RN1: what is compared can differ."""
    spec = SimpleRNNSpec()
    monkeypatch.setattr(loop_module, "FUNCTIONS", {"tanh": np.sin})
    assert np.abs(unrolled(spec) - loop(spec).h).max() > 0.01


def test_the_same_letter_twice_leaves_two_states() -> None:
    """RN1: with the loop; without it they are the same."""
    results = [loop(SimpleRNNSpec(seed=seed)) for seed in SEEDS]
    assert all(result.letters[result.twice[0]] == result.letters[result.twice[1]] for result in results)
    assert np.median([result.difference for result in results]) > 0.4  # measured: 0.90
    for result in results:
        np.testing.assert_array_equal(result.alone[result.twice[0]], result.alone[result.twice[1]])
        np.testing.assert_array_equal(result.alone[0], result.h[0])


def test_without_the_loop_the_two_states_are_the_same() -> None:
    """RN1: it stops with R = 0, and shrinks with the spectral radius."""
    assert loop(SimpleRNNSpec(spectral_radius=0.0)).difference == 0
    far, near = (
        np.median([loop(SimpleRNNSpec(spectral_radius=r, seed=s)).difference for s in SEEDS]) for r in (1, 0.1)
    )
    assert near < far / 3
    assert (show_loop(SimpleRNNSpec(spectral_radius=0.0)).right, show_loop(SimpleRNNSpec()).right) == (
        {SAME},
        {ANOTHER},
    )


def test_a_word_without_a_letter_twice_gives_way() -> None:
    assert repeated(SimpleRNNSpec(word="stone"))[0].text == "hello"
    assert repeated(SimpleRNNSpec(sequence=EEG))[0].text == "hello"
    spec, twice = repeated(SimpleRNNSpec(word="banana", go_backwards=True, edits="W0:1"))
    assert (spec.text, spec.edits, twice) == ("banana", "W0:1", (1, 3))


@pytest.mark.parametrize("spec", [SimpleRNNSpec(seed=seed) for seed in SEEDS] + [SimpleRNNSpec(sequence=EEG, steps=12)])
def test_another_order_moves_the_layer_and_not_the_bag(spec: SimpleRNNSpec) -> None:
    """RN2."""
    result = order(spec)
    assert len(result.orders) >= 4
    assert result.distances(result.states)[1:].max() > 0.1
    assert result.distances(result.bags).max() == 0
    assert show_order(spec).right == {ONLY_THE_LAYER}


def test_how_far_another_order_moves_the_layer() -> None:
    """RN2: the median over seeds."""
    results = [order(SimpleRNNSpec(seed=seed)) for seed in SEEDS]
    assert np.median([result.distances(result.states).max() for result in results]) > 0.5  # measured: 1.60


def test_where_there_is_no_other_order_nothing_moves() -> None:
    """RN2: the claim can fail."""
    same = SimpleRNNSpec(word="aaaa")
    assert order(same).orders == [[0, 1, 2, 3]]
    assert show_order(same).right == {NEITHER}
    # of a pulse that comes early nothing reaches the end, if R is zero
    assert show_order(SimpleRNNSpec(sequence=PULSE, spectral_radius=0.0, steps=2)).right is not None


def test_order_at_the_beginning_fades() -> None:
    """RN2: where it stops. With a small spectral radius the first two letters may change places unnoticed."""
    ends = np.array([order(SimpleRNNSpec(word="notebooks", spectral_radius=0.4, seed=seed)).ends for seed in SEEDS])
    assert np.median(ends[:, 0] / ends[:, 1]) < 0.1  # measured: 0.0007


def test_whether_the_beginning_counts_for_less_is_told() -> None:
    """RN2. With tanh it does; a linear layer of a large radius makes the beginning count for more."""
    growing = SimpleRNNSpec(activation="linear", spectral_radius=2.0, word="notebooks")
    same = SimpleRNNSpec(word="aaaa")
    for spec, said in (
        (SimpleRNNSpec(word="notebooks", spectral_radius=0.4), "less"),
        (growing, "not less"),
        (same, "not less"),
    ):
        numbers, (first, last) = show_order(spec).numbers, order(spec).ends
        assert numbers["beginning"] == said == ("less" if first < last else "not less")
        assert numbers["first_two"] == significant(first)
        assert numbers["last_two"] == significant(last)
