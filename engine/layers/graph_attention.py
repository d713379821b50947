"""Graph attention: every node weighs what it hears by how well it fits, and the weights are computed, not given.

    e_ij = what each layer says below, for every edge from j to i        α_ij = exp e_ij / Σ_k exp e_ik
    y_i = Σ_j α_ij h_j + b        a head each; then side by side, or, without `concatenate`, their mean

The sums run over all k, j that i hears, and over i itself with `self_loops`. Which edges there are counts, not their
weights: an edge that is given twice is one edge. A node that hears nothing gets b.

    GraphAttention   h = x W                                      e_ij = LeakyReLU(a · h_j + c · h_i)
    GATv2            h = x W,  g = x V                            e_ij = a · LeakyReLU(h_j + g_i)

In GraphAttention c · h_i is the same for all j, and LeakyReLU rises: whoever listens, the sources are ranked alike. In
GATv2 what i is decides which j is the best. Backward, ∘ by number:

    dα_ij = dy_i · h_j        de_ij = α_ij (dα_ij − Σ_k α_ik dα_ik)        dh_j = Σ_i α_ij dy_i + what goes through e

    GraphAttention   ds = de ∘ LeakyReLU′        dh_j += a Σ_i ds_ij        dh_i += c Σ_j ds_ij
    GATv2            ds = de a ∘ LeakyReLU′      dh_j += Σ_i ds_ij          dg_i = Σ_j ds_ij

Shapes: x (N, C); W = kernel, V = kernel_target (C, heads, units); h, g (N, heads, units); a = attention, c =
attention_target (heads, units); e, α (E, heads); y (N, heads · units), or (N, units); b = bias of the same width. N is
the number of nodes, which stand where the batch stands.

Veličković et al. 2018, "Graph attention networks", https://arxiv.org/abs/1710.10903
Brody, Alon and Yahav 2022 (GATv2), "How attentive are graph attention networks?", https://arxiv.org/abs/2105.14491
"""

from abc import abstractmethod
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag, check_gradient, check_integer, check_number
from engine.graphs import Graph, sums
from engine.initializers import Chosen, initializer
from engine.layers.graph_layer import GraphLayer
from engine.layers.layer import Params, State


class GraphAttentionTrace(NamedTuple):
    x: Array  # (N, C)
    graph: Graph  # with its self loops
    h: Array  # (N, heads, units)  x W, what a node says
    s: Array  # (E, heads)  a · h_j + c · h_i; of GATv2 (E, heads, units)  h_j + g_i
    scores: Array  # (E, heads)  e
    attention: Array  # (E, heads)  α, the shares of what a node hears: they sum to 1


@dataclass(frozen=True)
class Attending(GraphLayer):
    """(N, C) → (N, heads · units), or (N, units). What differs is how an edge is scored."""

    units: int
    heads: int = 1
    concatenate: bool = True
    self_loops: bool = True
    negative_slope: float = 0.2
    use_bias: bool = True
    kernel_initializer: Chosen = "glorot_uniform"

    def __post_init__(self) -> None:
        for name in ("units", "heads"):
            object.__setattr__(self, name, check_integer(name, getattr(self, name)))
        for name in ("concatenate", "self_loops", "use_bias"):
            object.__setattr__(self, name, check_flag(name, getattr(self, name)))
        object.__setattr__(self, "negative_slope", check_number("negative_slope", self.negative_slope, least=0))
        initializer(self.kernel_initializer)

    def output_shape(self, input_shape: Shape) -> Shape:
        super().output_shape(input_shape)
        return (self.heads * self.units,) if self.concatenate else (self.units,)

    @abstractmethod
    def weight_shapes(self, channels: int) -> dict[str, Shape]:
        """Of all parameters but the bias."""

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        bias = {"bias": self.output_shape(input_shape)} if self.use_bias else {}
        return self.weight_shapes(input_shape[0]) | bias

    def operation_count(self, input_shape: Shape) -> int:
        """Of a node by itself: every weight once. What an edge costs comes on top: the graph says how many."""
        self.output_shape(input_shape)
        return sum(prod(shape) for shape in self.weight_shapes(input_shape[0]).values())

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        self.output_shape(input_shape)
        draw = initializer(self.kernel_initializer)
        # drawn as matrices, all heads in one, so that the fans are those of a dense layer
        params = {
            name: draw(rng, (shape[0], prod(shape[1:])), dtype).reshape(shape)
            for name, shape in self.weight_shapes(input_shape[0]).items()
        }
        if self.use_bias:
            params["bias"] = np.zeros(self.output_shape(input_shape), dtype)
        return params, {}

    def project(self, x: Array, kernel: Array) -> Array:
        """(N, heads, units): x times the kernel of every head."""
        return (x @ kernel.reshape(len(kernel), -1)).reshape(len(x), self.heads, self.units)

    @abstractmethod
    def score(self, params: Params, x: Array, h: Array, over: Graph) -> tuple[Array, Array]:
        """(s, e)"""

    @abstractmethod
    def score_backward(self, params: Params, trace: GraphAttentionTrace, de: Array) -> tuple[Array, Array, Params]:
        """(what e adds to dh, what it adds to dx beside h, grads)"""

    def rectified(self, s: Array) -> Array:
        return np.where(s > 0, s, s * self.negative_slope).astype(s.dtype)

    def rectified_slope(self, s: Array) -> Array:
        return np.where(s > 0, 1, self.negative_slope).astype(s.dtype)

    def forward(self, params: Params, x: Array, *, graph: Graph | None = None) -> tuple[Array, GraphAttentionTrace]:
        given = self.check_graph(params, x, graph)
        over = given.with_self_loops if self.self_loops else given
        # h = x W
        h = self.project(x, params["kernel"])
        s, e = self.score(params, x, h, over)
        # α = exp e / Σ exp e
        alpha = softmax_of_edges(e, over)
        # y_i = Σ_j α_ij h_j
        y = sums(alpha[..., None] * h[over.sources], over.targets, len(x))
        # heads side by side, or their mean
        y = y.reshape(len(x), self.heads * self.units) if self.concatenate else y.mean(axis=1)
        if self.use_bias:
            y += params["bias"]
        return y, GraphAttentionTrace(x, over, h, s, e, alpha)

    def backward(self, params: Params, trace: GraphAttentionTrace, dy: Array) -> tuple[Array, Params]:
        x, over, h, _, _, alpha = trace
        self.check(params, x)
        check_gradient(dy, (len(x), *self.output_shape(x.shape[1:])), x.dtype)
        # heads side by side, or their mean
        dhead = dy.reshape(h.shape) if self.concatenate else np.broadcast_to(dy[:, None] / self.heads, h.shape)
        # y_i = Σ_j α_ij h_j
        dheard = dhead[over.targets]
        dalpha = (dheard * h[over.sources]).sum(axis=-1)
        dh = sums(alpha[..., None] * dheard, over.sources, len(x))
        # α = exp e / Σ exp e
        de = alpha * (dalpha - sums(alpha * dalpha, over.targets, len(x))[over.targets])
        dh_of_e, dx_of_e, grads = self.score_backward(params, trace, de)
        dh = dh + dh_of_e
        # h = x W
        flat, kernel = dh.reshape(len(x), self.heads * self.units), params["kernel"]
        grads = {"kernel": (x.T @ flat).reshape(kernel.shape)} | grads
        if self.use_bias:
            grads["bias"] = dy.sum(axis=0)
        return flat @ kernel.reshape(len(kernel), -1).T + dx_of_e, grads


@dataclass(frozen=True)
class GraphAttention(Attending):
    """A GAT's layer: e_ij = LeakyReLU(a · h_j + c · h_i)."""

    def weight_shapes(self, channels: int) -> dict[str, Shape]:
        one = (self.heads, self.units)
        return {"kernel": (channels, *one), "attention": one, "attention_target": one}

    def score(self, params: Params, x: Array, h: Array, over: Graph) -> tuple[Array, Array]:
        # s_ij = a · h_j + c · h_i
        says = (h * params["attention"]).sum(axis=-1)
        asks = (h * params["attention_target"]).sum(axis=-1)
        s = says[over.sources] + asks[over.targets]
        # e = LeakyReLU(s)
        return s, self.rectified(s)

    def score_backward(self, params: Params, trace: GraphAttentionTrace, de: Array) -> tuple[Array, Array, Params]:
        x, over, h, s, _, _ = trace
        # e = LeakyReLU(s)
        ds = de * self.rectified_slope(s)
        # s_ij = a · h_j + c · h_i
        dsays, dasks = sums(ds, over.sources, len(x))[..., None], sums(ds, over.targets, len(x))[..., None]
        grads = {"attention": (dsays * h).sum(axis=0), "attention_target": (dasks * h).sum(axis=0)}
        return dsays * params["attention"] + dasks * params["attention_target"], np.zeros_like(x), grads


@dataclass(frozen=True)
class GATv2(Attending):
    """Attention that depends on who listens: e_ij = a · LeakyReLU(h_j + g_i)."""

    def weight_shapes(self, channels: int) -> dict[str, Shape]:
        one = (self.heads, self.units)
        return {"kernel": (channels, *one), "kernel_target": (channels, *one), "attention": one}

    def score(self, params: Params, x: Array, h: Array, over: Graph) -> tuple[Array, Array]:
        # s_ij = h_j + g_i,  g = x V
        s = h[over.sources] + self.project(x, params["kernel_target"])[over.targets]
        # e = a · LeakyReLU(s)
        return s, (self.rectified(s) * params["attention"]).sum(axis=-1)

    def score_backward(self, params: Params, trace: GraphAttentionTrace, de: Array) -> tuple[Array, Array, Params]:
        x, over, _, s, _, _ = trace
        v = params["kernel_target"].reshape(x.shape[1], -1)
        # e = a · LeakyReLU(s)
        dattention = (de[..., None] * self.rectified(s)).sum(axis=0)
        ds = de[..., None] * params["attention"] * self.rectified_slope(s)
        # s_ij = h_j + g_i
        dh, dg = sums(ds, over.sources, len(x)), sums(ds, over.targets, len(x)).reshape(len(x), v.shape[1])
        # g = x V
        dv = (x.T @ dg).reshape(params["kernel_target"].shape)
        return dh, dg @ v.T, {"kernel_target": dv, "attention": dattention}


def softmax_of_edges(scores: Array, graph: Graph) -> Array:
    """(E, heads): the softmax of the scores of all edges that lead to one node."""
    highest = np.full((graph.nodes, scores.shape[1]), -np.inf, scores.dtype)
    np.maximum.at(highest, graph.targets, scores)
    # the softmax is the same with the largest score taken off, and exp cannot overflow
    exponentials = np.exp(scores - highest[graph.targets])
    return exponentials / sums(exponentials, graph.targets, graph.nodes)[graph.targets]
