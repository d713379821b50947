"""LN3: a Transformer's blocks with their norms before or after, untrained: gradients by depth, and who hears whom.

L = ⟨r, a_D⟩ with r drawn from the seed, of length 1, so that what is left at block l is ‖∂L/∂a_l‖. A pre-norm stack
ends with a norm, as in practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, leaves
from engine.layers import Layer, LayerNormalization, PositionalEncoding
from engine.network import Sequential
from engine.transformer import NORMS, POST, PRE, transformer_block
from experiments.layer_normalization.spec import BOTH, CAUSAL, PADDING, BlockSpec
from experiments.numbers import decimal, significant, spread
from experiments.scene import Scale
from experiments.shown import Lines, Maps, Picture, Shown, Table

WORDS = "the", "cat", "sees", "the", "dog", "run", "·", "·"  # the last two are padding
THERE = 6
EXAMPLES, CHANNELS, HEADS, HIDDEN = 4, 16, 2, 32
SEEDS = range(5)
COMPARED = SHALLOW, DEEP = 6, 48  # blocks, whatever is set
SPAN = 1e-2, 1e2  # of the chart, whatever is drawn


class Depth(NamedTuple):
    """Of a stack, a row a seed."""

    gradients: Array  # (seeds, D + 1)  ‖∂L/∂a_l‖, 0 the input
    last: Array  # (seeds,)  ‖∂L/∂W‖ of all kernels of the last block

    @property
    def left(self) -> Array:
        """(seeds, D + 1): of what leaves the last block."""
        return self.gradients / self.gradients[:, -1:]

    @property
    def arrives(self) -> Array:
        """(seeds,): of it, at the input."""
        return np.asarray(self.left[:, 0])

    @property
    def apart(self) -> float:
        """The largest of the seeds by the smallest."""
        return float(self.arrives.max() / self.arrives.min())


class Heard(NamedTuple):
    """Of the sentence."""

    attention: Array  # (D, heads, T, T)  of every block; the row is who hears
    mask: Array | None  # (T,)


def stack(norm: str, depth: int, *, causal: bool = False) -> Sequential:
    block = transformer_block(CHANNELS, HEADS, HIDDEN, norm=norm, use_causal_mask=causal)
    end: list[Layer] = [LayerNormalization()] if norm == PRE else []
    return Sequential([*[block] * depth, *end])


@lru_cache(maxsize=32)
def gradients(norm: str, depth: int) -> Depth:
    """Through an untrained stack, from every seed."""
    network, sizes, last = stack(norm, depth), [], []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        shape = EXAMPLES, len(WORDS), CHANNELS
        params, _ = network.init(rng, shape[1:], np.float64)
        x, r = rng.standard_normal(shape), rng.standard_normal(shape)
        _, trace = network.forward(params, x)
        da, grads = network.gradients(params, trace, r / np.linalg.norm(r))
        sizes.append([float(np.linalg.norm(d)) for d in da[: depth + 1]])
        kernels = [dw for path, dw in leaves(grads[depth - 1]) if path.endswith("kernel")]
        last.append(np.sqrt(sum(float((dw * dw).sum()) for dw in kernels)))
    return Depth(np.array(sizes), np.array(last))


def heard(spec: BlockSpec) -> Heard:
    """Words alike have vectors alike; where they stand is added."""
    rng = np.random.default_rng((spec.seed, 3))
    vectors = {word: rng.standard_normal(CHANNELS) for word in dict.fromkeys(WORDS)}
    x, _ = PositionalEncoding().forward({}, np.array([[vectors[word] for word in WORDS]]))
    network = stack(spec.norm, spec.depth, causal=spec.mask in (CAUSAL, BOTH))
    params, _ = network.init(rng, x.shape[1:], np.float64)
    mask = np.arange(len(WORDS)) < THERE if spec.mask in (PADDING, BOTH) else None
    _, trace = network.forward(params, x, mask=None if mask is None else mask[None])
    return Heard(np.array([_attention(spec.norm, block) for block in trace.children[: spec.depth]]), mask)


def _attention(norm: str, block: object) -> Array:
    """(heads, T, T): of the one sentence, from a block's trace."""
    residual = block.children[0].children[0]  # type: ignore[attr-defined]
    own = residual.children[1] if norm == PRE else residual
    return np.asarray(own.attention[0])


def show(spec: BlockSpec) -> Shown:
    stacks = {norm: gradients(norm, spec.depth) for norm in NORMS}
    return Shown(
        _numbers(spec, stacks), [_chart(spec, stacks), _table(stacks), _maps(spec, heard(spec))], right=_right(stacks)
    )


def _right(stacks: Mapping[str, Depth]) -> set[int]:
    """The first answer: pre-norm's seeds lie nearer to each other. The second: post-norm's do."""
    return {0} if stacks[PRE].apart < stacks[POST].apart else {1}


def _numbers(spec: BlockSpec, stacks: Mapping[str, Depth]) -> dict[str, str]:
    numbers = {"depth": str(spec.depth), "seeds": str(len(SEEDS))}
    for norm, of in stacks.items():
        numbers |= {f"{norm}_arrives": spread(of.arrives), f"{norm}_apart": significant(of.apart)}
        shallow, deep = (float(np.median(gradients(norm, depth).last)) for depth in COMPARED)
        numbers |= {f"{norm}_last_6": significant(shallow), f"{norm}_last_48": significant(deep)}
        numbers[f"{norm}_apart_6"] = significant(gradients(norm, SHALLOW).apart)
    return numbers


def _chart(spec: BlockSpec, stacks: Mapping[str, Depth]) -> Lines:
    words = "; ".join(f"{norm}-norm {spread(of.arrives)}" for norm, of in stacks.items())
    return Lines(
        np.arange(spec.depth + 1),
        {f"{norm}-norm": np.median(of.left, axis=0) for norm, of in stacks.items()},
        "block (0 is the input)", "‖∂L/∂a‖ by that of the last block",
        f"Length of ∂L/∂a a block; what arrives at the input, of what leaves block {spec.depth}: {words}", span=SPAN,
        bands={f"{norm}-norm": (of.left.min(axis=0), of.left.max(axis=0)) for norm, of in stacks.items()},
    )  # fmt: skip


def _table(stacks: Mapping[str, Depth]) -> Table:
    columns = {
        "norms": [f"{norm}-norm" for norm in stacks],
        "arrives at the input, median (smallest to largest)": [spread(of.arrives) for of in stacks.values()],
        "largest by smallest seed": [significant(of.apart) for of in stacks.values()],
        "‖∂L/∂W‖ of the last block": [spread(of.last) for of in stacks.values()],
    }
    return Table(columns, "What arrives, by seed, and the gradient of the last block's weights")


def _maps(spec: BlockSpec, found: Heard) -> Maps:
    row = found.attention[0, 0, 1]  # the cat, first block and head
    most, hidden = int(row.argmax()), int((row == 0).sum())
    pictures = [
        Picture(f"head {head}: a row hears the columns", found.attention[:, head], Scale(1, "magnitude"), "activation")
        for head in range(HEADS)
    ]
    alt = (
        f"Attention of {' '.join(WORDS)}, untrained, mask: {spec.mask}. In block 1, head 0, “{WORDS[1]}” takes most "
        f"from step {most}, “{WORDS[most]}”: {decimal(float(row[most]))}; {hidden} steps are hidden from it"
    )
    return Maps(pictures, alt, frames=[f"block {block} of {spec.depth}" for block in range(1, spec.depth + 1)])
