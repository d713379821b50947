"""What the lab learns from, and how: parts that share nothing, twins from one seed, honest choices."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from engine import tables
from engine.arrays import leaves
from engine.losses import softmax
from engine.regularizers import is_weight
from experiments.datasets import DATA, DIGITS, OWN, WINES
from experiments.examples import Examples
from experiments.numbers import decimal, significant
from experiments.overfitting import bench, data, winners
from experiments.overfitting.data import LEAST_TEST, TEST, parts
from experiments.overfitting.learning import BINS, judged, learn, outcome
from experiments.overfitting.spec import PRESETS, LabSpec
from experiments.overfitting.techniques import EVERY, NOTHING, Techniques, recipe, shifted
from experiments.shown import Bars, Beside, Lines, Table
from tests.experiments.runs import last

SHIPPED = [name for name in DATA if name != OWN]


def table() -> str:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((150, 4))
    return tables.shrink("\n".join(",".join(map(str, row)) + f",{int(row[0] > 0)}" for row in x).encode())


@pytest.mark.parametrize("name", DATA)
def test_no_example_is_in_two_parts_and_the_seed_draws_them(name: str) -> None:
    own = table() if name == OWN else ""
    one, other = (parts(name, 80, seed, table=own) for seed in (0, 1))
    seen = [x.tobytes() for part in one[:3] for x in part.x]
    assert (len(one.learned.x), len(one.validation.x)) == (60, 20)
    assert LEAST_TEST <= len(one.test.x) <= TEST
    assert len(set(seen)) == len(seen)
    assert set(seen) != {x.tobytes() for part in other[:3] for x in part.x}
    assert one.learned.x.dtype == np.float32
    assert not any(array.flags.writeable for part in one[:3] for array in part)


def test_the_scale_of_a_table_comes_from_what_is_learned_from() -> None:
    split = parts(WINES, 80, 0)
    np.testing.assert_allclose(split.learned.x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(split.learned.x.std(axis=0), 1, atol=1e-5)
    assert np.abs(split.test.x.mean(axis=0)).max() > 0.01


@pytest.mark.parametrize("name", SHIPPED)
def test_labels_are_wrong_as_often_as_is_said_and_never_in_the_test(name: str) -> None:
    right, wrong = parts(name, 80, 3), parts(name, 80, 3, wrong_labels=0.4)
    changed = [int((a.labels != b.labels).sum()) for a, b in zip(right[:3], wrong[:3], strict=True)]
    assert changed[0] + changed[1] == 32
    assert changed[1] > 0, "what validates is labelled by the same people"
    assert changed[2] == 0
    np.testing.assert_array_equal(right.learned.x, wrong.learned.x)


def test_noise_is_in_every_part_and_as_large_as_is_said() -> None:
    clean, noisy = parts(DIGITS, 80, 0), parts(DIGITS, 80, 0, noise=0.5)
    for a, b in zip(clean[:3], noisy[:3], strict=True):
        assert (b.x - a.x).std() == pytest.approx(0.5 * clean.learned.x.std(), rel=0.05)


def test_the_size_of_noise_comes_from_what_is_learned_from() -> None:
    """There a table's numbers have a deviation of 1, whichever the test is: the same example is moved alike."""
    few, more = ([parts(WINES, samples, 0, noise=noise).learned.x for noise in (0.0, 0.5)] for samples in (40, 80))
    np.testing.assert_allclose(few[1] - few[0], (more[1] - more[0])[: len(few[0])], atol=1e-5)


TECHNIQUES = [by for strengths in winners.CANDIDATES.values() for by in strengths]


@pytest.mark.parametrize("by", TECHNIQUES, ids=str)
@pytest.mark.parametrize("name", [DIGITS, WINES])
def test_twins_begin_alike_and_see_the_same_batches(name: str, by: Techniques) -> None:
    split = parts(name, 40, 2)
    plain, other = (recipe(split, 16, 2, each, 2) for each in (Techniques(), by))
    drawn = [[w for path, w in leaves(each.start().params) if is_weight(path)] for each in (plain, other)]
    assert len(drawn[0]) == 3
    np.testing.assert_equal(*drawn)
    np.testing.assert_array_equal(plain.examples(5).batch, other.examples(5).batch)


@pytest.mark.parametrize("by", TECHNIQUES[1:], ids=str)
def test_every_technique_changes_what_is_learned(by: Techniques) -> None:
    split = parts(DIGITS, 40, 2)
    losses = []
    for each in (Techniques(), by):
        training = recipe(split, 16, 2, each, 2)
        *_, look = (look for look in learn(training, split, each, 200, 20) if look)
        losses.append(outcome(training, look, split)[1].loss)
    assert losses[0] != losses[1]


def test_pictures_are_shifted_and_nothing_else() -> None:
    x = np.arange(2 * 4 * 3, dtype=np.float32).reshape(2, 4, 3, 1) + 1
    y = shifted(x, np.array([[1, 0], [0, -1]]))
    np.testing.assert_array_equal(y[0, 1:], x[0, :-1])
    np.testing.assert_array_equal(y[0, 0], 0)
    np.testing.assert_array_equal(y[1, :, :-1], x[1, :, 1:])
    np.testing.assert_array_equal(y[1, :, -1], 0)
    np.testing.assert_array_equal(shifted(x, np.zeros((2, 2), int)), x)


def test_shifts_are_drawn_anew_for_every_step_and_again_by_the_seed() -> None:
    training = recipe(parts(DIGITS, 20, 0), 8, 1, Techniques(augmentation=True), 0)
    one, other = training.examples(0), training.examples(1)
    np.testing.assert_array_equal(one.x, training.examples(0).x)
    assert (one.x != training.x[one.batch]).any()
    assert (one.x - training.x[one.batch] != other.x - training.x[other.batch]).any()


def test_early_stopping_keeps_the_best_by_the_validation_part_alone() -> None:
    split = parts(DIGITS, 40, 0, wrong_labels=0.4)
    by = Techniques(early_stopping=True)
    looks = [look for look in learn(recipe(split, 64, 2, by, 0), split, by, 300, 10) if look]
    losses = [look.validation.loss for look in looks]
    assert looks[-1].ended
    assert looks[-1].steps < 300
    assert looks[-1].best.steps == looks[int(np.argmin(losses))].steps
    turned = split._replace(test=Examples(split.test.x, (split.test.labels + 1) % 10))  # the test has no say
    others = [look for look in learn(recipe(turned, 64, 2, by, 0), turned, by, 300, 10) if look]
    assert [look.validation.loss for look in others] == losses


def test_calibration_by_hand() -> None:
    split = parts(WINES, 80, 0)
    training = recipe(split, 8, 1, Techniques(), 0)
    logits, _ = training.network.forward(training.start().params, split.test.x)
    result, sure = judged(training.network, training.start(), split.test), softmax(logits).max(axis=1)
    hits = logits.argmax(axis=1) == split.test.labels
    by_hand = 0.0
    for k in range(BINS):
        within = (sure >= k / BINS) & (sure < (k + 1) / BINS)
        if within.any():
            by_hand += within.mean() * abs(sure[within].mean() - hits[within].mean())
    assert result.calibration == pytest.approx(by_hand, rel=1e-5)
    assert result.right == hits.mean()


@pytest.mark.parametrize(
    "spec",
    [LabSpec(), LabSpec(early_stopping=True, augmentation=True), LabSpec(data=WINES, samples=20, dropout=0.5)],
    ids=str,
)
def test_the_bench_watches_both_to_the_end(spec: LabSpec) -> None:
    result = last(bench.bench(spec))
    assert set(result.over) == ({NOTHING} if spec.by == Techniques() else {NOTHING, bench.YOURS})
    assert result.at == list(range(0, bench.STEPS + 1, EVERY))
    for name, each in result.over.items():
        stopped = name == bench.YOURS and spec.early_stopping
        assert each.looks[-1].steps == bench.STEPS or stopped
        best = min(look.validation.loss for look in each.looks)
        assert each.kept.validation.loss == (best if stopped else each.looks[-1].validation.loss)
    for part in bench.show(spec):
        assert 0 <= part.done <= 1
        assert not part.shown or not part.shown.numbers
    assert part.done == 1
    assert part.shown


def test_what_is_called_test_is_the_test_with_the_weights_that_are_kept() -> None:
    """Early stopping keeps other weights than the last ones here; the diagram ends with those that are kept."""
    spec = LabSpec(early_stopping=True, samples=40, wrong_labels=0.4)
    result = last(bench.bench(spec))
    training = recipe(spec.parts, spec.width, spec.layers, spec.by, spec.seed)
    *_, look = filter(None, learn(training, spec.parts, spec.by, bench.STEPS, EVERY))
    kept, now = (judged(training.network, each, spec.parts.test) for each in (look.best, look.now))
    assert kept.loss != now.loss
    yours = result.over[bench.YOURS]
    assert (yours.kept.test.loss, yours.looks[-1].test.loss) == (kept.loss, now.loss)
    beside, below, table = bench._shown(result).rows
    assert isinstance(beside, Beside)
    assert isinstance(below, Beside)
    assert isinstance(table, Table)
    measures, _, column = table.columns.values()
    told = dict(zip(measures, column, strict=True))
    assert told["cross-entropy, test"] == significant(kept.loss)
    assert told["right answers, test"] == f"{decimal(100 * kept.right, 1)} %"
    diagram = beside.rows[1]
    assert isinstance(diagram, Lines)
    np.testing.assert_array_equal(np.asarray(diagram.lines[f"{bench.YOURS}: test"])[-1], kept.true - kept.said)
    bars = below.rows[1]
    assert isinstance(bars, Bars)
    np.testing.assert_array_equal(bars.bars[bench.YOURS][-1], kept.many)
    assert kept.many.sum() == len(spec.parts.test.x)
    assert f"{bench.YOURS} {kept.calibration:.3f}" in diagram.alt


def test_a_part_has_one_dash_and_a_step_one_frame_in_every_chart() -> None:
    result = last(bench.bench(LabSpec(dropout=0.5)))
    charts = [each for row in bench._shown(result).rows[:2] if isinstance(row, Beside) for each in row.rows]
    assert {len(each.frames or ()) for each in charts if isinstance(each, Lines | Bars)} == {len(result.at)}
    assert {each.start for each in charts if isinstance(each, Lines | Bars)} == {len(result.at) - 1}
    (bars,) = (each for each in charts if isinstance(each, Bars))
    assert (bars.groups[0], bars.groups[3], bars.groups[-1]) == ("0.05", "0.35", "0.95")
    lines = [each for each in charts if isinstance(each, Lines)]
    assert [each.cursor for each in lines] == [True, False, True]
    seen = {(name.split(": ")[1], each.looks[name][0]) for each in lines for name in each.lines if ": " in name}
    assert len(seen) == 3
    assert len({part for part, _ in seen}) == len({dash for _, dash in seen}) == 3


def test_the_bench_holds_no_weights() -> None:
    """Forty looks at a wide network stay small: each learner's bench is kept while the page is open."""
    spec = LabSpec(width=256, layers=3, samples=320, dropout=0.5)
    tracemalloc.start()
    result = last(bench.bench(spec))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(result.over) == 2
    assert held < 5e6


def test_the_example_of_a_table_can_be_brought() -> None:
    x, labels = tables.read(tables.shrink(data.example().encode()))
    assert x.shape == (178, 4)
    assert np.bincount(labels).tolist() == [59, 71, 48]


def test_situations_can_be_and_leave_the_rest_to_the_learner() -> None:
    mine = {"l2": 0.01, "seed": 7}
    for values in PRESETS.values():
        spec = LabSpec(**values, **mine)
        assert (spec.l2, spec.seed) == (0.01, 7)


def test_what_cannot_be_is_mended_and_said() -> None:
    spec, notes = LabSpec.mend({"data": WINES, "samples": "320"})
    assert (spec.data, spec.samples) == (WINES, 80)
    assert "158 examples here" in notes[0]
    assert LabSpec(data=WINES).offered("samples") == (20, 40, 80)
    spec, notes = LabSpec.mend({"data": OWN})
    assert spec == LabSpec()
    assert "no table of your own yet" in notes[0]
    mine = LabSpec(data=OWN, table=table())
    assert mine.parts.classes == 2
    assert LabSpec.mend(mine.address()) == (mine, ())
    # whoever has more samples than a table just brought has rows keeps the table, and fewer samples
    spec, notes = LabSpec.mend({"data": OWN, "table": table(), "samples": 320}, LabSpec(samples=320))
    assert spec == mine
    assert len(notes) == 1
    assert "samples cannot be 320 here: there are 130 examples here" in notes[0]


def test_every_setting_is_used() -> None:
    """By the network, its data or its training: none is only drawn."""
    plain = LabSpec()
    base = last(bench.bench(plain)).over[NOTHING].kept.test.loss
    for field in LabSpec.fields():
        if field.name in ("data", "table"):
            continue
        other = next(option for option in field.options if option != getattr(plain, field.name))
        over = last(bench.bench(replace(plain, **{field.name: other}))).over
        assert list(over.values())[-1].kept.test.loss != base, field.name


def test_the_lab_begins_with_a_plain_network_that_overfits() -> None:
    """What helps is switched on by the learner."""
    assert LabSpec().by == Techniques()
    looks = last(bench.bench(LabSpec())).over[NOTHING].looks
    best = min(look.validation.loss for look in looks)
    assert looks[-1].learned.loss < 0.1
    assert looks[-1].validation.loss > best + 0.2
