"""EM1, and what stands on the first screen: every number of the look-up, once more by other ways."""

import dataclasses
import random

import numpy as np
import pytest

from engine.datasets import court
from engine.gradient_check import Verdict, verdicts
from engine.layers import Embedding
from experiments.edits import LIMIT
from experiments.embedding.equality import DIFFERENT, DIMENSIONS, cost, drift, equality
from experiments.embedding.facts import facts
from experiments.embedding.lookup import differences, lookup
from experiments.embedding.scene import scene, scene_of
from experiments.embedding.spec import GIVEN, LONGEST, PADDING, EmbeddingSpec
from experiments.live import payload
from experiments.losses import LOSSES
from experiments.scene import evaluate, pack, values
from tests.test_claims_table import told

SETTINGS = [
    EmbeddingSpec(),
    EmbeddingSpec(sentence="Young queen, young king!", output_dim=2, loss=LOSSES[1]),
    EmbeddingSpec(mask_zero=True, sparse_gradient=True),
    EmbeddingSpec(mask_zero=True, input_dim=8, loss=LOSSES[3], seed=3),
    EmbeddingSpec(sentence="the princess wears a crown", input_dim=26, output_dim=8, embeddings_initializer="uniform"),
    EmbeddingSpec(sparse_gradient=True, loss=LOSSES[3], edits="w0:1.5,w9:-2"),
    EmbeddingSpec(sentence="king", output_dim=1, embeddings_initializer="orthogonal"),
    *(EmbeddingSpec().surprise(random.Random(seed)) for seed in range(10)),
]
every_setting = pytest.mark.parametrize("spec", SETTINGS, ids=str)


@every_setting
def test_the_steps_of_the_lens_give_the_engines_cells(spec: EmbeddingSpec) -> None:
    """Sums of at most 26 numbers below 4."""
    picture = scene(spec)
    assert {step.target for step in picture.steps} >= {"y", "dw", "p"}
    for step in picture.steps:
        np.testing.assert_allclose(evaluate(picture, step), values(picture, step.target), rtol=1e-12, atol=1e-14)


def test_a_planted_wrong_step_is_noticed() -> None:
    """The table's gradient with two rows changed places."""
    spec = EmbeddingSpec()
    run = lookup(spec)
    wrong = run._replace(dw=run.dw[[1, 0, *range(2, len(run.dw))]])
    picture = scene_of(spec, wrong, differences(spec, run))
    step = next(step for step in picture.steps if step.target == "dw")
    assert np.abs(evaluate(picture, step) - values(picture, "dw")).max() > 0.1


@every_setting
def test_every_gradient_passes_the_gradient_check(spec: EmbeddingSpec) -> None:
    run = lookup(spec)
    numeric = differences(spec, run)
    assert Verdict.DISAGREES not in verdicts(run.dw, numeric.dw, run.loss)
    assert Verdict.DISAGREES not in verdicts(run.dy, numeric.dy, run.loss)
    assert Verdict.AGREES in verdicts(run.dw, numeric.dw, run.loss)
    assert Verdict.DISAGREES in verdicts(run.dw * 1.001, numeric.dw, run.loss)


@every_setting
def test_a_look_up_is_a_product_with_one_hot_rows(spec: EmbeddingSpec) -> None:
    """EM1: y to the last bit, the gradient up to the order of a sum; rows that no word picks are exactly 0."""
    result, run = equality(spec), lookup(spec)
    assert result.equal == run.y.size
    np.testing.assert_array_equal(run.y, run.onehot @ run.w)
    assert result.difference <= 1e-14
    words = run.x if run.mask is None else run.x[run.mask > 0]
    assert result.with_gradient == len(set(words.tolist())) == result.different
    assert DIFFERENT in result.right
    unused = np.setdiff1d(np.arange(spec.input_dim), words)
    assert (run.dw_product[unused] == 0).all()
    assert set(run.rows) >= set(words.tolist())
    assert len(run.rows) == (len(set(run.x.tolist())) if spec.sparse_gradient else spec.input_dim)


def test_a_repeated_word_gets_the_sum() -> None:
    run = lookup(EmbeddingSpec(loss=LOSSES[3]))
    the, *_, last = np.flatnonzero(run.x == 0)
    np.testing.assert_allclose(run.dw[0], run.dy[the] + run.dy[last], rtol=1e-15)
    assert not np.allclose(run.dw[0], run.dy[the])


def test_the_answer_depends_on_the_sentence() -> None:
    """Without a repeated word, a row for each word of the sentence is right as well; with edits to 0 it may be none."""
    assert equality(EmbeddingSpec()).right == {DIFFERENT}
    assert equality(EmbeddingSpec(sentence="old king")).right == {1, DIFFERENT}
    assert equality(EmbeddingSpec(sentence="king", output_dim=1, edits="w2:0")).right == set()


def test_what_the_product_would_cost_is_counted_on_layers() -> None:
    x = lookup(EmbeddingSpec()).x
    large = cost(x, 50_000)
    assert large.products == 7 * 50_000 * 300
    assert large.copied == 7 * 300
    assert large.whole == 50_000 * 300 * 4
    params, _ = Embedding(50_000, DIMENSIONS, sparse_gradient=True).init(np.random.default_rng(0), (7,))
    layer = Embedding(50_000, DIMENSIONS, sparse_gradient=True)
    y, trace = layer.forward(params, x[None])
    rows = layer.backward(params, trace, y)[1]["embeddings"]
    assert large.by_rows == rows.values.nbytes + rows.indices.nbytes


def test_with_adam_a_row_moves_on_unless_gradients_are_kept_by_rows() -> None:
    """EM1, where it stops."""
    for spec in SETTINGS:
        moved = drift(spec, lookup(spec))
        assert moved.whole > 1e-3  # of a step of 0.01
        assert moved.by_rows == 0


def test_the_table_of_claims_has_the_cells_and_the_costs() -> None:
    """EM1."""
    run = lookup(EmbeddingSpec())
    result, moved, large = equality(EmbeddingSpec()), drift(EmbeddingSpec(), run), cost(run.x, 50_000)
    assert told("EM1", "all # numbers of y") == [result.equal] == [run.y.size]
    rows = [result.rows, result.with_gradient, result.rows - result.with_gradient, 0]
    assert told("EM1", "of # rows of ∂L/∂W # hold numbers, one for each different word, # are exactly #") == rows
    assert told("EM1", "With # words of # numbers") == [large.rows, DIMENSIONS]
    assert told("EM1", "# multiply–adds against # numbers copied") == [large.products, large.copied]
    assert told("EM1", "rows still move by # at") == pytest.approx([moved.whole], abs=6e-5)
    assert told("EM1", "kept by rows by #") == [moved.by_rows]


# -------------------------------------------------------------------------------------------------- first screen


def test_facts_are_counted_by_hand() -> None:
    shape, parameters, operations, memory = facts(EmbeddingSpec())
    assert shape == ("Output shape", "(7, 4)", "places × output_dim")
    assert parameters == ("Parameters", "40", "10 × 4")
    assert operations == ("Multiply–adds", "0", "as one-hot × W: 7 × 10 × 4 = 280")
    assert memory == ("Memory", f"{4 * (40 + 28)} bytes", "W and y in float32")
    assert facts(EmbeddingSpec(mask_zero=True))[0][1] == "(8, 4)"  # filled up


def test_the_lens_begins_on_a_word_and_on_the_row_that_is_picked_most() -> None:
    for loss, words in zip((LOSSES[0], LOSSES[1], LOSSES[3]), ("L = ½ Σ y²", "L = Σ y", "r random"), strict=True):
        drawn = scene(EmbeddingSpec(loss=loss))
        assert drawn.phases[0].start == ("x", 6)
        assert drawn.phases[1].start == ("dw", 0)  # "the" stands twice
        assert words in drawn.lanes[1]
    sparse = scene(EmbeddingSpec(sentence="old king king", sparse_gradient=True))
    assert sparse.phases[1].start == ("dw", 4)
    names = {grid.id: grid.names for grid in sparse.grids}
    assert names["dw"]["word"] == ("old", "king")
    assert names["y"]["place"] == ("old", "king", "king")


def test_a_short_sentence_is_filled_up_and_what_is_no_word_gets_nothing() -> None:
    spec = EmbeddingSpec(mask_zero=True, sentence="old king")
    run = lookup(spec)
    assert spec.vocabulary[0] == PADDING
    np.testing.assert_array_equal(run.x, [2, 3, *[0] * (LONGEST - 2)])
    np.testing.assert_array_equal(run.mask, [1, 1, *[0] * (LONGEST - 2)])
    assert (run.dw[0] == 0).all()
    assert (run.y[2:] == run.w[0]).all()  # it is looked up all the same


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sentence": "the dragon"}, "the table has no row for 'dragon'. Its words are the old king"),
        ({"sentence": "the village"}, "no row for 'village'"),  # the eleventh word
        ({"sentence": "the " * 9}, "a sentence has 1 to 8 words here, not 9"),
        ({"sentence": "123 !"}, "a sentence has 1 to 8 words here, not 0"),
        ({"sentence": "<script>"}, "no row for 'script'"),
        ({"edits": "w40:1"}, "there is no cell 40 in the table"),
        ({"edits": "b0:1"}, "a changed weight is written like"),
    ],
)
def test_what_cannot_be_looked_up_is_said(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        EmbeddingSpec(**settings)  # type: ignore[arg-type]
    mended = EmbeddingSpec.mend(settings)
    assert mended.spec == EmbeddingSpec()
    assert words.split("'")[0][:30] in mended.notes[0]


def test_a_larger_table_knows_more_words() -> None:
    assert EmbeddingSpec(sentence="the village", input_dim=12).numbers().tolist() == [0, 10]
    smaller = EmbeddingSpec.mend({"sentence": "the village", "input_dim": "10"}, EmbeddingSpec())
    assert smaller.spec.words == tuple(GIVEN.split())
    assert EmbeddingSpec(input_dim=26).vocabulary == court().words


def test_a_number_of_the_table_can_be_changed_and_nothing_else() -> None:
    spec = EmbeddingSpec(edits=EmbeddingSpec().with_edit("w", 5, 0.123456))
    assert spec.edits == "w5:0.1235"
    assert spec.table().flat[5] == 0.1235
    assert spec.with_edit("y", 0, 1.0) == spec.edits
    edit = next(grid.edit for grid in scene(spec).grids if grid.id == "w")
    assert edit is not None
    assert (edit.min, edit.max) == (-LIMIT, LIMIT)
    before = dataclasses.asdict(spec)
    assert EmbeddingSpec.mend(before | {"output_dim": 2}, spec).spec.edits == ""


@every_setting
def test_an_address_gives_the_scene_of_the_page(spec: EmbeddingSpec) -> None:
    address = {f"embedding_{name}": value for name, value in spec.address().items()}
    assert payload("embedding", address) == pack(scene(spec))


def test_a_dragged_number_comes_on_top() -> None:
    assert payload("embedding", {"grid": "w", "cell": "4", "value": "2.5"}) == pack(
        scene(EmbeddingSpec(edits="w4:2.5"))
    )
