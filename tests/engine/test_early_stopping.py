"""Early stopping against Keras's own callback, and in a training that is gone back in."""

import os
import re
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.early_stopping import EarlyStopping, Watched
from engine.layers import Dense
from engine.losses import softmax_cross_entropy
from engine.network import Sequential
from engine.optimizers import SGD
from engine.training import Progress, Training

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras

SETTINGS = (
    EarlyStopping(),
    EarlyStopping(patience=1),
    EarlyStopping(patience=3),
    EarlyStopping(min_delta=0.2, patience=2),
    EarlyStopping(patience=2, restore_best_weights=True),
    EarlyStopping(min_delta=0.1, patience=4, restore_best_weights=True, start_from_epoch=3),
)


def in_keras(stopping: EarlyStopping, losses: list[float]) -> tuple[int, float, int, int, Any]:
    """(losses seen, best, when, waited, the weights it ends with): the weights are the number of the epoch."""
    model = SimpleNamespace(stop_training=False, now=None)
    model.get_weights = lambda: model.now
    model.set_weights = lambda weights: setattr(model, "now", weights)
    callback = keras.callbacks.EarlyStopping("val_loss", mode="min", **vars(stopping))
    callback.set_model(model)
    callback.on_train_begin()
    seen = 0
    for epoch, loss in enumerate(losses):
        model.now, seen = epoch, seen + 1
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    callback.on_train_end()
    return seen, callback.best, callback.best_epoch, callback.wait, model.now


def ours(stopping: EarlyStopping, losses: list[float]) -> tuple[int, float, int | None, int, Any]:
    watched, epoch = Watched(), 0
    for epoch, loss in enumerate(losses):
        watched = stopping.watch(watched, loss, epoch)
        if watched.stopped:
            break
    return watched.losses, watched.best, watched.best_at, watched.waited, stopping.result(watched, epoch)


@pytest.mark.parametrize("stopping", SETTINGS, ids=repr)
def test_every_run_ends_as_in_keras(stopping: EarlyStopping) -> None:
    ends = set()
    for seed in range(60):
        rng = np.random.default_rng(seed)
        falling = np.exp(-np.arange(25) / rng.uniform(2, 12)) + 0.02 * np.arange(25)
        losses = (falling + 0.1 * rng.standard_normal(25)).tolist()
        assert ours(stopping, losses) == in_keras(stopping, losses)
        ends.add(ours(stopping, losses)[0])
    assert len(ends) > 3, "the runs ended differently"


def test_by_hand() -> None:
    stopping = EarlyStopping(patience=2, restore_best_weights=True)
    seen = [Watched()]
    for epoch, loss in enumerate([1.0, 0.5, 0.6, 0.4, 0.4, 0.7]):
        seen.append(stopping.watch(seen[-1], loss, f"after {epoch}"))
    assert [w.waited for w in seen] == [0, 0, 0, 1, 0, 1, 2]
    assert [w.stopped for w in seen] == [False] * 6 + [True]
    assert seen[-1] == Watched(6, 0.4, 3, 2, "after 3", True)
    assert stopping.result(seen[-1], "after 5") == "after 3"
    assert EarlyStopping(patience=2).result(seen[-1]._replace(kept=None), "after 5") == "after 5"
    # gone back to the third loss, with another one: nothing of what came later is left
    again = stopping.watch(seen[3], 0.45, "another")
    assert again == Watched(4, 0.45, 3, 0, "another", False)


def test_a_loss_that_is_no_number_is_never_better() -> None:
    stopping = EarlyStopping(patience=2, restore_best_weights=True)
    watched = Watched()
    for epoch, loss in enumerate([np.nan, 3.0, np.nan, np.inf]):
        watched = stopping.watch(watched, loss, epoch)
    assert (watched.best, watched.best_at, watched.kept, watched.stopped) == (3.0, 1, 1, True)
    lost = stopping.watch(stopping.watch(Watched(), np.nan, 0), np.inf, 1)
    assert lost.stopped
    assert stopping.result(lost, 1) == 1  # there is nothing better to go back to


def test_a_training_ends_with_the_weights_of_its_best_epoch() -> None:
    """A few noisy examples: the validation loss falls, then rises; labels are smoothed on the way."""
    rng = np.random.default_rng(0)
    x, wrong = rng.standard_normal((260, 30)), rng.random(260) < 0.2
    labels = (x[:, 0] > 0).astype(int) ^ wrong
    network, loss = Sequential((Dense(2),)), partial(softmax_cross_entropy, label_smoothing=0.05)
    it = Training(network, SGD(0.5), x[:60], labels[:60], 20, loss=loss)
    stopping, watched, progress = EarlyStopping(patience=5, restore_best_weights=True), Watched(), it.start()

    def validation(progress: Progress) -> float:
        return softmax_cross_entropy(network.forward(progress.params, x[60:])[0], labels[60:])[0]

    while not watched.stopped:
        for _ in range(it.steps_an_epoch):
            progress = it.step(progress).after
        watched = stopping.watch(watched, validation(progress), progress)
        assert watched.losses < 200
    best = stopping.result(watched, progress)
    assert best.steps == (watched.best_at + 1) * it.steps_an_epoch == progress.steps - 5 * it.steps_an_epoch
    assert validation(best) == watched.best < validation(progress)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: EarlyStopping(patience=-1), "patience must be at least 0, not -1"),
        (lambda: EarlyStopping(min_delta=-0.1), "min_delta must be at least 0, not -0.1"),
        (lambda: EarlyStopping(start_from_epoch=1.5), "start_from_epoch must be an integer, not 1.5"),
        (lambda: EarlyStopping(restore_best_weights=1), "restore_best_weights must be True or False, not 1"),
        (
            lambda: EarlyStopping().watch(Watched(3, stopped=True), 1.0, None),
            "this training has been stopped after 3 losses",
        ),
    ],
)
def test_what_cannot_be_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        make()
