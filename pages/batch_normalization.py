"""The Batch normalization lesson: controls → specification → scene → experiments."""

from engine.layers import BatchNormalization
from engine.warmup import not_ready
from experiments.batch_normalization import batches, inference, order, rates, regularizer
from experiments.normalization import distribution
from experiments.normalization.code import keras, pytorch
from experiments.normalization.facts import facts
from experiments.normalization.questions import question_numbers
from experiments.normalization.scene import scene
from experiments.normalization.spec import PRESETS, NormSpec
from experiments.scene import pack
from ui import code, lesson
from ui.lens import under_the_lens
from ui.prose import read
from ui.settings import Settings

text = read("batch_normalization")
settings = Settings("bn", NormSpec)


@lesson.live
def microscope() -> NormSpec:
    """Sliders and lens: all that runs again while something is dragged."""
    with under_the_lens(settings, scene, pack, not_ready()) as (spec, drawn):
        with lesson.row("sliders"):
            for name in ("gamma", "beta", "neighbours"):
                settings.slider(name)
            settings.presets(PRESETS)
        lesson.try_this(text["Try this"], drawn.roles)
    return spec


with lesson.first_screen():
    with lesson.header(text):
        settings.buttons()
    with settings.row():
        settings.segments("norm")
        if "mode" in settings.spec.used:
            settings.segments("mode")
        with settings.more():
            settings.segments("epsilon")
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
told = text.fill(question_numbers(spec))
lesson.experiment("BN1", text["BN1"], distribution.show, spec)
lesson.experiment("BN2", text["BN2"], rates.show)
lesson.experiment("BN3", text["BN3"].fill(regularizer.ASKED_NUMBERS), regularizer.show)
lesson.experiment("BN4", text["BN4"], batches.show)
lesson.experiment("BN5", text["BN5"], inference.show)
lesson.experiment("BN6", text["BN6"], order.show)
lesson.questions("batch_normalization", told["Check yourself"])
lesson.notes(text["Notes"])
code.source({"forward": BatchNormalization.forward, "backward": BatchNormalization.backward})
code.elsewhere(
    "batch_normalization", {"PyTorch": pytorch(spec), "Keras": keras(spec)}, title=f"{spec.norm} normalization"
)
