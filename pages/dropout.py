"""The Dropout lesson: controls → specification → experiments → pictures."""

from functools import partial

from engine.layers.dropout import Dropout, drop_factors
from engine.warmup import not_ready
from experiments.dropout import inference, kinds, masks, overfitting, slower, superstar
from experiments.dropout.code import keras, pytorch
from experiments.dropout.facts import facts
from experiments.dropout.kinds import KindsSpec
from experiments.dropout.network import once
from experiments.dropout.overfitting import OverfittingSpec
from experiments.dropout.questions import question_numbers
from experiments.dropout.scene import scene
from experiments.dropout.spec import DropoutSpec
from experiments.scene import pack
from ui import code, lesson
from ui.lens import under_the_lens
from ui.prose import read
from ui.settings import Settings

text = read("dropout")
settings = Settings("dropout", DropoutSpec)
fit = Settings("dropout_fit", OverfittingSpec)
kind = Settings("dropout_kind", KindsSpec)


@lesson.live
def microscope() -> DropoutSpec:
    """Slider and lens: all that runs again while something is dragged."""
    with under_the_lens(settings, scene, pack, not_ready()) as (spec, drawn), lesson.row("rate"):
        settings.slider("rate")
        lesson.try_this(text[spec.tried], drawn.roles)
    return spec


with lesson.first_screen():
    with lesson.header(text):
        settings.buttons()
    with settings.row("leads"):
        settings.segments("mode")
        if "learning_rate" in settings.spec.used:
            settings.segments("learning_rate")
        with settings.more():
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
told = text.fill(question_numbers(spec))
kind_controls = partial(lesson.controls, kind, partial(kind.number, "seed"))
lesson.experiment("DO1", told["DO1"], masks.show, spec)
lesson.experiment("DO2", told["DO2"], inference.show)
lesson.experiment("DO3", told["DO3"], overfitting.show, fit.spec, controls=partial(lesson.controls, fit))
lesson.experiment("DO4", told["DO4"], superstar.show)
lesson.experiment("DO5", told["DO5"], slower.show)
lesson.experiment("DO6", told["DO6"], kinds.show, controls=kind_controls)
lesson.questions("dropout", told["Check yourself"])
lesson.notes(text["Notes"])
code.source(
    {
        "forward": Dropout.forward,
        "mask": drop_factors,
        "forward with a mask": Dropout.forward_with,
        "backward": Dropout.backward,
        "one step of the network": once,
    }
)
code.elsewhere("dropout", {"PyTorch": pytorch(spec), "Keras": keras(spec)})
