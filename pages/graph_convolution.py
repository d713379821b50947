"""The Graph convolution lesson: controls → specification → experiments → pictures."""

from functools import partial

from engine.layers import GIN, GATv2, GraphAttention, GraphConvolution, GraphSAGE
from experiments.graph_convolution import apart, lookup, messages, molecules, recommend, sides, smoothing
from experiments.graph_convolution.code import pytorch
from experiments.graph_convolution.edges import WANTED, shrink
from experiments.graph_convolution.facts import facts
from experiments.graph_convolution.lookup import LookupSpec
from experiments.graph_convolution.messages import picture
from experiments.graph_convolution.questions import question_numbers
from experiments.graph_convolution.spec import GraphConvolutionSpec
from ui import code, lesson
from ui.graph import graph
from ui.own_data import own_data
from ui.prose import read
from ui.settings import Settings

text = read("graph_convolution")
settings = Settings("graph", GraphConvolutionSpec)
keys = Settings("keys", LookupSpec)


@lesson.live
def touched() -> GraphConvolutionSpec:
    """The graph: all that runs again when it is changed."""
    spec = settings.read()
    lesson.changes(settings.notes)
    lesson.try_this(text["Try this"], {"∂L/∂x": "gradient", "y": "activation"})
    graph(
        picture(spec), "Graph to touch", key="graph.touched", link=settings.key("look"),
        on_change=partial(settings.put, "graph"),
    )  # fmt: skip
    settings.keep()
    settings.settle()
    return spec


with lesson.first_screen():
    with lesson.header(text):
        own_data(settings, "graph", "Your own graph", WANTED, {}, shrink)
        settings.undo("graph", "Undo changes to the graph")
        settings.buttons()
    with settings.row():
        for name in ("layer", "hops", *settings.spec.used):
            settings.segments(name)
        with settings.more():
            settings.number("seed")
    lesson.facts(facts(settings.spec))
    spec = touched()
lesson.experiment("GC1", text["GC1"], messages.show, spec)
lesson.experiment("GC2", text["GC2"].fill(sides.ASKED_NUMBERS), sides.show)
lesson.experiment("GC3", text["GC3"].fill(molecules.ASKED_NUMBERS), molecules.show)
lesson.experiment("GC4", text["GC4"], recommend.show)
lesson.experiment("GC5", text["GC5"], apart.show)
lesson.experiment("GC6", text["GC6"].fill(smoothing.ASKED_NUMBERS), smoothing.show)
asked = text["GC7"].fill(lookup.ASKED_NUMBERS)
lesson.experiment("GC7", asked, lookup.show, keys.spec, controls=partial(lesson.controls, keys))
lesson.questions("graph_convolution", text["Check yourself"].fill(question_numbers(spec)))
lesson.notes(text["Notes"])
code.source(
    {
        "GCN: forward": GraphConvolution.forward,
        "GCN: backward": GraphConvolution.backward,
        "GAT: forward": GraphAttention.forward,
        "GAT: score": GraphAttention.score,
        "GATv2: score": GATv2.score,
        "SAGE": GraphSAGE.forward,
        "GIN": GIN.forward,
    }
)
code.elsewhere("graph_convolution", {"PyTorch": pytorch(spec)}, title=f"{spec.layer} layers")
