"""Pictures by address: what the browser asks for while a slider is dragged, without a run of the page.

A picture is a pure function of the settings that stand in the address, so any thread may compute it, for anybody.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from experiments.backpropagation.scene import scene as graph_scene
from experiments.backpropagation.spec import GraphSpec
from experiments.convolution.scene import scene
from experiments.convolution.spec import ConvolutionSpec, DigitSpec
from experiments.dense.scene import scene as dense_scene
from experiments.dense.spec import DenseSpec
from experiments.dropout.scene import scene as dropout_scene
from experiments.dropout.spec import DropoutSpec
from experiments.embedding.scene import scene as embedding_scene
from experiments.embedding.spec import EmbeddingSpec
from experiments.flatten.scene import scene as flatten_scene
from experiments.flatten.spec import FlattenSpec
from experiments.gru.scene import scene as gru_scene
from experiments.gru.spec import GRUSpec
from experiments.l1_l2.spec import SurfaceSpec
from experiments.l1_l2.surface import picture as surface
from experiments.layer_normalization.spec import LayerNormSpec
from experiments.lstm.scene import scene as lstm_scene
from experiments.lstm.spec import LSTMSpec
from experiments.normalization.scene import scene as norm_scene
from experiments.normalization.spec import NormSpec
from experiments.pooling.scene import scene as pooling_scene
from experiments.pooling.spec import PoolingSpec
from experiments.scene import Scene, pack
from experiments.simple_rnn.scene import scene as simple_rnn_scene
from experiments.simple_rnn.spec import SimpleRNNSpec
from experiments.simple_rnn.vanishing import VanishingSpec
from experiments.simple_rnn.vanishing import picture as vanishing
from experiments.transposed_convolution.scene import scene as transposed_scene
from experiments.transposed_convolution.spec import TransposedSpec


def packed(build: Callable[[Any], Scene]) -> Callable[[Any], bytes]:
    """A lesson whose picture is a lens."""
    return lambda spec: pack(build(spec))


# how the settings' names begin → what can be set, and the picture as bytes
LESSONS: Mapping[str, tuple[Any, Callable[[Any], bytes]]] = MappingProxyType(
    {
        "backprop": (GraphSpec, packed(graph_scene)),
        "convolution": (ConvolutionSpec, packed(scene)),
        "pooling": (PoolingSpec, packed(pooling_scene)),
        "flatten": (FlattenSpec, packed(flatten_scene)),
        "bn": (NormSpec, packed(norm_scene)),
        "ln": (LayerNormSpec, packed(norm_scene)),
        "dense": (DenseSpec, packed(dense_scene)),
        "transposed": (TransposedSpec, packed(transposed_scene)),
        "home": (DigitSpec, packed(scene)),
        "embedding": (EmbeddingSpec, packed(embedding_scene)),
        "rnn": (SimpleRNNSpec, packed(simple_rnn_scene)),
        "lstm": (LSTMSpec, packed(lstm_scene)),
        "gru": (GRUSpec, packed(gru_scene)),
        "dropout": (DropoutSpec, packed(dropout_scene)),
        "vanishing": (VanishingSpec, vanishing),
        "reg": (SurfaceSpec, surface),
    }
)


def payload(lesson: str, address: Mapping[str, str]) -> bytes:
    """The picture of a lesson at `lesson_name=value` settings; what is impossible is mended as on the page.

    `grid=w&cell=4&value=2.5` changes one cell on top. KeyError for a lesson that there is not.
    """
    spec_type, build = LESSONS[lesson]
    fields = {field.name for field in spec_type.fields()}
    wanted = {name: address[f"{lesson}_{name}"] for name in fields if f"{lesson}_{name}" in address}
    return build(_edited(spec_type.mend(wanted).spec, address))


def _edited(spec: Any, address: Mapping[str, str]) -> Any:
    """The specification with one cell changed; as it is, where the address names no cell that can be."""
    if "grid" not in address or not hasattr(spec, "with_edit"):
        return spec
    try:
        edits = spec.with_edit(address["grid"], int(address["cell"]), float(address["value"]))
        return dataclasses.replace(spec, edits=edits)
    except (KeyError, ValueError):
        return spec  # anybody can ask for anything
