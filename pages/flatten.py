"""The Flatten lesson: controls → specification → experiment → pictures."""

from engine.layers import Flatten
from experiments.flatten import order
from experiments.flatten.code import keras, pytorch
from experiments.flatten.facts import facts
from experiments.flatten.questions import question_numbers
from experiments.flatten.scene import scene
from experiments.flatten.spec import FlattenSpec
from experiments.scene import pack
from ui import code, lesson
from ui.lens import under_the_lens
from ui.prose import read
from ui.settings import Settings

text = read("flatten")
settings = Settings("flatten", FlattenSpec)


@lesson.live
def microscope() -> FlattenSpec:
    """Slider and lens: all that runs again while something is dragged."""
    with under_the_lens(settings, scene, pack) as (spec, drawn), lesson.row("example"):
        settings.slider("example")
        lesson.try_this(text["Try this"], drawn.roles)
    return spec


with lesson.first_screen():
    with lesson.header(text):
        settings.buttons()
    with settings.row():
        for name in ("rows", "columns", "channels", "order"):
            settings.segments(name)
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
lesson.experiment("FL1", text["FL1"], order.show, spec)
lesson.questions("flatten", text["Check yourself"].fill(question_numbers(spec)))
lesson.notes(text["Notes"])
code.source({"forward": Flatten.forward, "backward": Flatten.backward})
code.elsewhere("flatten", {"PyTorch": pytorch(spec), "Keras": keras(spec)})
