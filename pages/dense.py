"""The Dense lesson: controls → specification → scene → experiments."""

from functools import partial

from engine import tables
from engine.layers.dense import Dense
from engine.warmup import not_ready
from experiments.datasets import OWN, WANTED
from experiments.dense import growth, head, shifted, surfaces
from experiments.dense.code import keras, pytorch
from experiments.dense.facts import facts
from experiments.dense.growth import GrowthSpec
from experiments.dense.head import HeadSpec
from experiments.dense.questions import question_numbers
from experiments.dense.scene import scene
from experiments.dense.shifted import ShiftedSpec
from experiments.dense.spec import DIGIT, DenseSpec
from experiments.dense.surfaces import SurfacesSpec
from experiments.scene import pack
from ui import code, lesson
from ui.lens import under_the_lens
from ui.own_data import own_data
from ui.prose import read
from ui.settings import Settings

text = read("dense")
settings = Settings("dense", DenseSpec)
plane = Settings("dense_plane", SurfacesSpec)
real = Settings("dense_head", HeadSpec)
wider = Settings("dense_wider", GrowthSpec)
moved = Settings("dense_moved", ShiftedSpec)


@lesson.live
def microscope() -> DenseSpec:
    """The lens: all that runs again while a number is dragged."""
    with under_the_lens(settings, scene, pack, not_ready()) as (spec, drawn):
        lesson.try_this(text["Try this"], drawn.roles)
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
        settings.segments("units")
        settings.select("activation", width=140)
        with settings.more():
            settings.checkbox("use_bias")
            settings.select("kernel_initializer")
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
own_table = partial(own_data, real, "table", "Your own table", WANTED, {"data": OWN}, tables.shrink)
told = text.fill(question_numbers(spec))
lesson.experiment("DN1", told["DN1"], surfaces.show, controls=partial(lesson.controls, plane))
lesson.experiment("DN2", text["DN2"], head.show, controls=partial(lesson.controls, real, own_table))
lesson.experiment("DN3", text["DN3"], growth.show, controls=partial(lesson.controls, wider))
lesson.experiment("DN4", text["DN4"], shifted.show, controls=partial(lesson.controls, moved))
lesson.questions("dense", told["Check yourself"])
lesson.notes(text["Notes"])
code.source({"forward": Dense.forward, "backward": Dense.backward})
code.elsewhere("dense", {"PyTorch": pytorch(spec), "Keras": keras(spec)})
