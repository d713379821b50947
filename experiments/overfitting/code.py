"""The learner's network and techniques as a script for PyTorch and for Keras, on the same examples.

Both libraries draw first weights, batches and masks of their own, so a whole run ends elsewhere; with the same weights,
loss and penalty are the same. Tests run both for many settings, put the page's weights in, and compare.
"""

from __future__ import annotations

from experiments.datasets import DIGITS, OWN, TUMOURS
from experiments.overfitting.bench import STEPS
from experiments.overfitting.data import LEARNED, TEST
from experiments.overfitting.spec import LabSpec
from experiments.overfitting.techniques import BATCH, EVERY, JITTER, MOMENTUM, PATIENCE, RATE

LOADED = {DIGITS: "load_digits", TUMOURS: "load_breast_cancer"}


def pytorch(spec: LabSpec) -> str:
    """A script; model, loss_of and penalty_of are the page's, and the rest trains and tests."""
    pictures = spec.data == DIGITS
    norm = f"nn.BatchNorm1d({spec.width}, eps=1e-3, momentum={1 - MOMENTUM:.1f}), " if spec.batch_norm else ""
    return f"""import copy
import numpy as np
import torch
from torch import nn
from torch.nn import functional

{_data(spec)}
torch.manual_seed({spec.seed})
layers, inputs = [nn.Flatten()], int(np.prod(x.shape[1:]))
for _ in range({spec.layers}):
    layers += [nn.Linear(inputs, {spec.width}), {norm}nn.ReLU(), nn.Dropout({spec.dropout})]
    inputs = {spec.width}
model = nn.Sequential(*layers, nn.Linear(inputs, classes))
for layer in model:
    if isinstance(layer, nn.Linear):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)


def loss_of(part, smoothing=0.0):
    x, labels = (torch.tensor(array) for array in part)
    return functional.cross_entropy(model(x), labels, label_smoothing=smoothing)


def penalty_of():
    weights = [layer.weight for layer in model if isinstance(layer, nn.Linear)]
    return {spec.l1} * sum(w.abs().sum() for w in weights) + {spec.l2} * sum((w**2).sum() for w in weights)


{_augmented(spec, pictures)}
def held_out(part):
    model.eval()
    with torch.no_grad():
        return loss_of(part).item()


optimizer = torch.optim.Adam(model.parameters(), lr={RATE}, eps=1e-7)
rng, count = np.random.default_rng({spec.seed}), len(learned[0])
best, waited, kept = float("inf"), 0, None
for step in range({STEPS}):
    if step % {EVERY} == 0:
        loss = held_out(validation)
        waited = 0 if loss < best else waited + 1
        if loss < best:
            best, kept = loss, copy.deepcopy(model.state_dict())
        if {spec.early_stopping} and waited >= {PATIENCE}:
            break
    batch = rng.choice(count, min({BATCH}, count), replace=False)
    model.train()
    optimizer.zero_grad()
    loss = loss_of((augmented(learned[0][batch]), learned[1][batch]), {spec.label_smoothing}) + penalty_of()
    loss.backward()
    optimizer.step()
if {spec.early_stopping}:
    model.load_state_dict(kept)

print("cross-entropy: learned from", held_out(learned), "validation", held_out(validation), "test", held_out(test))
"""


def keras(spec: LabSpec) -> str:
    """A script; model, loss_of and penalty_of are the page's, and the rest trains and tests."""
    pictures = spec.data == DIGITS
    stopping = (
        f'[keras.callbacks.EarlyStopping("val_loss", patience={PATIENCE}, restore_best_weights=True)]'
        if spec.early_stopping
        else "[]"
    )
    norm = f"        keras.layers.BatchNormalization(momentum={MOMENTUM}),\n" if spec.batch_norm else ""
    jitter = f"    keras.layers.GaussianNoise({JITTER}),\n" if spec.augmentation and not pictures else ""
    regularizer = f"keras.regularizers.L1L2(l1={spec.l1}, l2={spec.l2})" if spec.l1 or spec.l2 else "None"
    shift = (
        '    keras.layers.RandomTranslation(0.125, 0.125, fill_mode="constant", interpolation="nearest"),\n'
        if spec.augmentation and pictures
        else ""
    )
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np

{_data(spec)}
keras.utils.set_random_seed({spec.seed})
regularizer = {regularizer}
model = keras.Sequential([
    keras.Input(x.shape[1:]),
{shift}{jitter}    keras.layers.Flatten(),
    *(layer for _ in range({spec.layers}) for layer in (
        keras.layers.Dense({spec.width}, kernel_initializer="he_normal", kernel_regularizer=regularizer),
{norm}        keras.layers.ReLU(),
        keras.layers.Dropout({spec.dropout}))),
    keras.layers.Dense(classes, kernel_regularizer=regularizer),
])


def loss_of(part, smoothing=0.0):
    targets = np.eye(classes, dtype="float32")[part[1]]
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
    return loss(targets, model(part[0], training=False))


def penalty_of():
    return sum(model.losses)


def targets(part):
    return part[0], np.eye(classes, dtype="float32")[part[1]]


model.compile(
    keras.optimizers.Adam({RATE}),
    keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing={spec.label_smoothing}),
)
batch = min({BATCH}, len(learned[0]))
epochs = max(1, {STEPS} * batch // len(learned[0]))
model.fit(
    *targets(learned), batch_size=batch, epochs=epochs, validation_data=targets(validation), verbose=0,
    callbacks={stopping},
)

print("cross-entropy: learned from", float(loss_of(learned)), "test", float(loss_of(test)))
"""


def _augmented(spec: LabSpec, pictures: bool) -> str:
    if not spec.augmentation:
        return "def augmented(x):\n    return x\n\n"
    if not pictures:
        return f"def augmented(x):\n    return (x + {JITTER} * rng.standard_normal(x.shape)).astype(np.float32)\n\n"
    return """def augmented(x):
    wide = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    places = rng.integers(0, 3, (len(x), 2))
    return np.stack([picture[i:i + 8, j:j + 8] for picture, (i, j) in zip(wide, places)])

"""


def _data(spec: LabSpec) -> str:
    """The learner's examples, worsened as on the page."""
    count = round(LEARNED * spec.samples)
    return f"""{_loaded(spec)}
classes = int(labels.max()) + 1
order = np.random.default_rng(({spec.seed}, 7)).permutation(len(x))
learned, validation, test = np.split(order[:{spec.samples + TEST}], [{count}, {spec.samples}])
{_scaled(spec)}rng = np.random.default_rng(({spec.seed}, 8))
x = (x + {spec.noise} * x[learned].std() * rng.standard_normal(x.shape)).astype(np.float32)

rng, had = np.random.default_rng(({spec.seed}, 9)), labels.copy()
wrong = rng.permutation(order[:{spec.samples}])[:{round(spec.wrong_labels * spec.samples)}]
had[wrong] = (had[wrong] + rng.integers(1, classes, len(wrong))) % classes
learned, validation, test = (x[learned], had[learned]), (x[validation], had[validation]), (x[test], labels[test])
"""


def _loaded(spec: LabSpec) -> str:
    if spec.data == OWN:
        return f"""import base64
import zlib

data = zlib.decompress(base64.urlsafe_b64decode(
    "{spec.table}"
))
rows, columns = int.from_bytes(data[:2], "little"), data[2]
labels = np.frombuffer(data[4:4 + rows], np.uint8).astype(np.int64)
x = np.frombuffer(data[4 + rows:], np.uint8).reshape(columns, rows).T / 254
"""
    load = LOADED.get(spec.data, "load_wine")
    pictures = "x = (x / 16).reshape(-1, 8, 8, 1).astype(np.float32)\n" if spec.data == DIGITS else ""
    malignant = "labels = 1 - labels  # 1 is malignant\n" if spec.data == TUMOURS else ""
    return f"""from sklearn.datasets import {load}

x, labels = {load}(return_X_y=True)
labels = labels.astype(np.int64)
{pictures}{malignant}"""


def _scaled(spec: LabSpec) -> str:
    if spec.data == DIGITS:
        return ""
    return """mean, size = x[learned].mean(axis=0), x[learned].std(axis=0)
x = (x - mean) / np.where(size > 0, size, 1)
"""
