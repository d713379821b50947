"""GR2: three quarters of an LSTM's parameters, and faster. Counted, and measured."""

from __future__ import annotations

from experiments.gru.spec import GRUSpec
from experiments.numbers import decimal, whole
from experiments.recurrent import cost
from experiments.recurrent.cost import FULL, KERAS_GRU, PLAIN_GRU, Cost, costs
from experiments.shown import Shown

EXACTLY, AND_MORE = 0, 1  # the lesson's answers
FASTER = 0.95  # of the LSTM's time: less than that difference is noise


def compare(spec: GRUSpec) -> dict[str, Cost]:
    """The three kinds of layers at the learner's size."""
    return costs(spec.units, spec.input_shape[1], spec.use_bias)


def show(spec: GRUSpec) -> Shown:
    """Counts and times as a table."""
    found = compare(spec)
    plain, keras, lstm = found[PLAIN_GRU], found[KERAS_GRU], found[FULL]
    mine = keras if spec.reset_after else plain
    return Shown(
        numbers=cost.told()
        | {
            "lstm": whole(lstm.parameters),
            "plain": whole(plain.parameters),
            "keras": whole(keras.parameters),
            "more": whole(keras.parameters - plain.parameters),
            "share": decimal(100 * mine.parameters / lstm.parameters, 1),
            "operations_share": decimal(100 * mine.operations / lstm.operations, 1),
            "time_share": decimal(100 * mine.seconds / lstm.seconds, 0),
        },
        rows=[cost.table({name: found[name] for name in (PLAIN_GRU, KERAS_GRU, FULL)})],
        case="Faster" if mine.seconds < FASTER * lstm.seconds else "Not faster",
        right={EXACTLY if 4 * mine.parameters == 3 * lstm.parameters else AND_MORE},
    )
