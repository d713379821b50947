"""What a learner can set on the Layer normalization page: the tensor of both lessons, and a stack of blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.transformer import NORMS as SIDES
from engine.transformer import PRE
from experiments.normalization.spec import BATCH, LAYER, NORMS, RMS, TRAINING, NormSpec
from experiments.spec import Spec, choice, number

MASKS = NONE, PADDING, CAUSAL, BOTH = "none", "padding", "causal", "both"
DEPTHS = 6, 12, 24, 48

PRESETS: Mapping[tuple[str, str], Mapping[str, object]] = MappingProxyType(
    {
        ("Other neighbours", "examples 1 and 2 move far away: example 0 does not"): {"norm": LAYER, "neighbours": 3.0},
        ("The same by batch norm", "the neighbours move, and example 0 with them"): {
            "norm": BATCH,
            "mode": TRAINING,
            "neighbours": 3.0,
        },
        ("No mean", "RMS norm, as in many language models"): {"norm": RMS, "neighbours": 0.0},
    }
)


@dataclass(frozen=True)
class LayerNormSpec(NormSpec):
    """The same tensor, at layer norm first."""

    norm: str = choice(LAYER, NORMS, "which numbers share a mean and a variance")


@dataclass(frozen=True)
class LengthsSpec(Spec):
    batch_size: int = choice(4, (2, 4, 8), "sequences that one step learns from")


@dataclass(frozen=True)
class BlockSpec(Spec):
    norm: str = choice(PRE, SIDES, "of the attention that is drawn: norms in front of it, or behind the sum")
    mask: str = choice(NONE, MASKS, "padding: nobody hears the last two steps; causal: nobody hears later steps")
    depth: int = choice(24, DEPTHS, "blocks, one behind the other")
    seed: int = number(0, 0, 99, 1, "start of what is random: words and weights of the attention", surprise=False)

    @property
    def used(self) -> tuple[str, ...]:
        return "norm", "mask", "depth"
