"""The Dense lesson: controls → specification → scene → experiments."""

from functools import partial

from engine.layers.dense import Dense
from engine.warmup import not_ready
from experiments.dense import surfaces
from experiments.dense.code import keras, pytorch
from experiments.dense.facts import facts
from experiments.dense.questions import question_numbers
from experiments.dense.scene import scene
from experiments.dense.spec import DIGIT, DenseSpec
from experiments.dense.surfaces import SurfacesSpec
from experiments.scene import pack
from ui import code, lesson
from ui.lens import lens_of
from ui.prose import read
from ui.settings import Settings

text = read("dense")
settings = Settings("dense", DenseSpec)
plane = Settings("dense_plane", SurfacesSpec)


@lesson.live
def microscope() -> DenseSpec:
    """The lens: all that runs again while a number is dragged."""
    spec = settings.read()
    with lesson.waiting_for(not_ready()):
        drawn = scene(spec)
    lesson.try_this(text["Try this"], {grid.symbol: grid.role for grid in drawn.grids})
    lens_of(settings, pack(drawn))
    settings.settle()
    return spec


with lesson.first_screen():
    with lesson.header(text):
        settings.undo("edits", "Undo changed numbers")
        settings.buttons()
    with settings.row():
        settings.segments("data")
        if settings.spec.data == DIGIT:
            settings.number("example")
        else:
            settings.segments("inputs")
        for name in ("units", "activation"):
            settings.segments(name)
        with settings.more():
            settings.checkbox("use_bias")
            settings.select("kernel_initializer")
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
told = text.fill(question_numbers(spec))
lesson.experiment("DN1", told["DN1"], surfaces.show, controls=partial(lesson.controls, plane))
lesson.questions("dense", told["Check yourself"])
lesson.notes(text["Notes"])
code.source({"forward": Dense.forward, "backward": Dense.backward})
code.elsewhere("dense", {"PyTorch": pytorch(spec), "Keras": keras(spec)})
