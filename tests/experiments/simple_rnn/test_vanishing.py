"""The vanishing-gradient picture: what it shows at the learner's settings is the engine's, and its words fit."""

import random
import re
from dataclasses import replace

import numpy as np
import pytest

from experiments.simple_rnn.vanishing import PRESETS, SHOWN, VanishingSpec, networks, picture, rnn, walks
from ui.prose import read

TEXTS = read("simple_rnn")["Watch gradients vanish"]


def settings(count: int) -> list[VanishingSpec]:
    """Random ones, of every length."""
    rng = random.Random(0)
    return [VanishingSpec().surprise(rng) for _ in range(count)]


@pytest.mark.parametrize("initializer", ["orthogonal", "identity"])
@pytest.mark.parametrize("radius", [0.5, 0.6, 1.0, 1.5])
@pytest.mark.parametrize("seed", range(5))
def test_linear_steps_change_the_gradient_by_exactly_the_radius(radius: float, initializer: str, seed: int) -> None:
    """RN3: the slope of the log is log ρ, to 1e-6, over 500 steps."""
    back = rnn(
        VanishingSpec(length=500, spectral_radius=radius, recurrent_initializer=initializer, seed=seed)
    )  # linear
    np.testing.assert_allclose(np.diff(np.log(back.gradient)), -np.log(radius), atol=1e-6)
    np.testing.assert_allclose(back.gradient, back.predicted, rtol=1e-10)


def test_where_weights_keep_lengths_the_prediction_is_a_bound() -> None:
    """RN3: ‖g_t‖ ≤ ρ^(T−t) ‖g_T‖ for all t, at random settings of everything."""
    kept = [spec for spec in settings(150) if spec.keeps_length]
    assert len({spec.activation for spec in kept}) == 3
    for spec in kept:
        back = rnn(spec)
        assert (back.gradient <= back.predicted * (1 + 1e-9)).all(), spec


def test_gaussian_weights_keep_no_bound() -> None:
    """RN3: where it stops. A vector that the weights make longer than ρ times is found in every one of five seeds."""
    for seed in range(5):
        spec = VanishingSpec(spectral_radius=0.8, recurrent_initializer="gaussian", seed=seed)
        made = networks(spec)
        assert made.norm > 1.2 * spec.spectral_radius
        r = made.params[0]["recurrent_kernel"]
        longest = np.linalg.svd(r)[2][0]  # of all v, v Rᵀ is longest for it
        assert np.linalg.norm(r @ longest) == pytest.approx(made.norm)
    assert any((rnn(replace(spec, seed=seed)).gradient > rnn(spec).predicted * 1.05).any() for seed in range(5))


def test_without_inputs_tanh_keeps_the_prediction_and_relu_lets_nothing_through() -> None:
    quiet = VanishingSpec(length=100, spectral_radius=1.2, input_scale=0.0)
    back = rnn(replace(quiet, activation="tanh"))
    np.testing.assert_allclose(back.gradient, back.predicted, rtol=1e-10)
    assert (rnn(replace(quiet, activation="relu")).gradient[:-1] == 0).all()


def test_every_gradient_is_finite_at_any_settings() -> None:
    extremes = [
        VanishingSpec(length=500, spectral_radius=radius, input_scale=scale, activation=activation)
        for radius in (0.5, 1.5)
        for scale in (0.0, 3.0)
        for activation in ("linear", "tanh", "relu")
    ]
    for spec in (*extremes, *settings(30)):
        for back in walks(spec):
            assert np.isfinite(back.gradient).all(), spec


def test_a_setting_changes_only_what_it_belongs_to() -> None:
    plain, (_, lstm, gru) = VanishingSpec(), walks(VanishingSpec())
    for other in (replace(plain, activation="tanh"), replace(plain, update_bias=5.0)):
        np.testing.assert_array_equal(walks(other)[1].gradient, lstm.gradient)
    np.testing.assert_array_equal(walks(replace(plain, forget_bias=5.0))[2].gradient, gru.gradient)
    longer = networks(replace(plain, length=60))
    np.testing.assert_array_equal(longer.x[:, :30], networks(plain).x)
    np.testing.assert_array_equal(longer.params[1]["recurrent_kernel"], networks(plain).params[1]["recurrent_kernel"])
    assert (networks(replace(plain, seed=1)).x != networks(plain).x).all()


def test_the_other_two_hardly_care_for_the_radius() -> None:
    """What the page says: from 0.6 to 1.4 the RNN's first gradient moves by 11 powers of ten, the others' by 1."""
    ends = [
        [
            np.log10([back.gradient[0] for back in walks(VanishingSpec(spectral_radius=radius, seed=seed))])
            for radius in (0.6, 1.4)
        ]
        for seed in range(5)
    ]
    moved = np.median([np.abs(high - low) for low, high in ends], axis=0)
    assert moved[0] > 10
    assert (moved[1:] < 1.5).all()


def test_the_cell_is_where_an_lstm_carries_its_gradient() -> None:
    cell, hidden = walks(VanishingSpec())[1], walks(VanishingSpec(lstm_state="h"))[1]
    assert (cell.of, hidden.of) == ("c", "h")
    assert hidden.rate is None
    assert np.isnan(hidden.predicted).all()
    assert hidden.gradient[-2] < 0.5  # already one step back; it starts with 1
    assert cell.gradient[-2] > 0.8


@pytest.mark.parametrize("name", SHOWN, ids=lambda name: name[0])
def test_a_preset_shows_what_its_name_says(name: tuple[str, str]) -> None:
    spec = VanishingSpec(**PRESETS[name])
    assert spec == SHOWN[name]
    assert "seed" not in PRESETS[name]
    back, lstm, _ = walks(spec)
    first = back.gradient[0]
    assert {
        "vanishing": first < 1e-6,
        "exploding": first > 1e3,
        "cure: an orthogonal start": first == pytest.approx(1),
        "cure: clipping": back.kept < 1e-3 and first > 1e3,
        "tanh saturates": first < 1e-3 and back.predicted[0] > 1e15,
        "500 steps": spec.length == 500 and first < 1e-3 and lstm.gradient[0] > 0.1,
    }[name[0]]


def told(spec: VanishingSpec) -> tuple[list[str], dict[str, str]]:
    """The names of the texts and their numbers, from the bytes."""
    header = picture(spec)[16:].split(b"\0")[0].decode("utf-8", "ignore")
    names = re.search(r'"told":\[(.*?)\]', header)[1]
    numbers = re.search(r'"numbers":\{(.*?)\}', header)[1]
    return re.findall(r'"(.*?)"', names), dict(re.findall(r'"(.*?)":"(.*?)"', numbers))


@pytest.mark.parametrize("spec", settings(40), ids=str)
def test_every_text_that_is_told_exists_and_is_filled(spec: VanishingSpec) -> None:
    names, numbers = told(spec)
    assert len(names) == 3 + (spec.clip is not None)
    for name in names:
        places = re.findall(r"\{(\w+)\}", TEXTS[name].text)
        assert set(places) <= set(numbers)


@pytest.mark.parametrize(
    ("settings", "first"),
    [
        ({}, "exact"),
        ({"recurrent_initializer": "identity"}, "exact"),
        ({"activation": "tanh"}, "bound of tanh"),
        ({"activation": "relu"}, "bound of relu"),
        ({"recurrent_initializer": "gaussian"}, "in the long run"),
        ({"recurrent_initializer": "gaussian", "activation": "tanh"}, "no bound"),
    ],
)
def test_the_words_say_what_the_prediction_is_worth(settings: dict[str, str], first: str) -> None:
    assert told(VanishingSpec(**settings))[0][0] == first


def test_numbers_of_the_texts_are_measured() -> None:
    spec = VanishingSpec(activation="tanh", global_clipnorm="1")
    back, lstm, _ = walks(spec)
    _, numbers = told(spec)
    assert numbers["slope"] == f"{np.nanmean(back.passes):.2f}"
    assert numbers["forget"] == f"{np.nanmean(lstm.passes):.3f}"
    assert numbers["forget_start"] == f"{1 / (1 + np.exp(-3)):.3f}"
    assert numbers["norm"] == "0.60"
