"""The learner's layers as a script for PyTorch, plain tensors only, that gives the page's own numbers."""

from __future__ import annotations

import numpy as np

from experiments.graph_convolution.spec import GAT, GAT2, GCN, SAGE, GraphConvolutionSpec

_LAYERS = {
    GCN: """def layer(x, p):
    return normalized @ (x @ p["kernel"]) + p["bias"]
""",
    GAT: """def layer(x, p):
    h = torch.einsum("nc,chu->nhu", x, p["kernel"])
    says, asks = (h * p["attention"]).sum(-1), (h * p["attention_target"]).sum(-1)
    e = torch.nn.functional.leaky_relu(says[None] + asks[:, None], 0.2)  # (target, source, head)
    return attended(e, h) + p["bias"]
""",
    GAT2: """def layer(x, p):
    h = torch.einsum("nc,chu->nhu", x, p["kernel"])
    g = torch.einsum("nc,chu->nhu", x, p["kernel_target"])
    e = (torch.nn.functional.leaky_relu(h[None] + g[:, None], 0.2) * p["attention"]).sum(-1)
    return attended(e, h) + p["bias"]
""",
    SAGE: """def layer(x, p):
    return x @ p["kernel"] + heard(x) @ p["kernel_neighbours"] + p["bias"]
""",
}
_GIN = """def layer(x, p):
    return (1 + p["eps"]) * x + a @ x
"""
_ATTENDED = """def attended(e, h):
    e = e.masked_fill(a[..., None] == 0, -torch.inf)
    alpha = torch.nan_to_num(torch.softmax(e, dim=1))  # a node that hears nobody
    return torch.einsum("ijh,jhu->ihu", alpha, h).mean(dim=1)


"""
_NORMALIZED = {
    "symmetric": "root = torch.where(d > 0, d, 1).rsqrt() * (d > 0)\nnormalized = root[:, None] * a * root",
    "row": "normalized = a / d.clamp(min=1)[:, None]",
    "none": "normalized = a",
}
_HEARD = {
    "mean": "    return a @ x / d.clamp(min=1)[:, None]",
    "sum": "    return a @ x",
    "max": """    said = torch.where(a[..., None] > 0, x[None], -torch.inf).max(dim=1).values
    return torch.where(d[:, None] > 0, said, 0)""",
}


def pytorch(spec: GraphConvolutionSpec) -> str:
    """A script; afterwards y and x.grad hold the numbers of the page."""
    graph = spec.drawn.graph
    params, _ = spec.network().init(np.random.default_rng(spec.seed), (1,), np.float64)
    written = "".join(
        "    {"
        + ", ".join(f'"{name}": torch.tensor({value.tolist()}, dtype=torch.float64)' for name, value in each.items())
        + "},\n"
        for each in params
    )
    loops = spec.self_loops and spec.layer in (GCN, GAT, GAT2)
    before = ""
    if spec.layer == GCN:
        before = _NORMALIZED[spec.normalization] + "\n\n\n"
    elif spec.layer in (GAT, GAT2):
        before = "\n" + _ATTENDED
    elif spec.layer == SAGE:
        before = f"\ndef heard(x):\n{_HEARD[spec.aggregator]}\n\n\n"
    else:
        before = "\n"
    return f"""import torch

edges = torch.tensor({graph.edges.tolist() or "[]"}, dtype=torch.long).reshape(-1, 2)  # source, target
x = torch.tensor({spec.input().tolist()}, dtype=torch.float64, requires_grad=True)
params = [
{written}]

a = torch.zeros(len(x), len(x), dtype=torch.float64)
a[edges[:, 1], edges[:, 0]] = 1
{"a += torch.eye(len(x))  # self loops" + chr(10) if loops else ""}d = a.sum(dim=1)
{before}{_LAYERS.get(spec.layer, _GIN)}

y = x
for p in params:
    y = layer(y, p)
loss = (y**2).sum() / 2
loss.backward()

print("y", y.detach().numpy().ravel())
print("∂L/∂x", x.grad.numpy().ravel())
"""
