"""The Layer normalization lesson: controls → specification → scene → experiments."""

from functools import partial

from engine.layers import LayerNormalization, MultiHeadAttention
from engine.warmup import not_ready
from experiments.layer_normalization import alone, depth, lengths
from experiments.layer_normalization.spec import PRESETS, BlockSpec, LayerNormSpec, LengthsSpec
from experiments.normalization import distribution
from experiments.normalization.code import keras, pytorch
from experiments.normalization.facts import facts
from experiments.normalization.questions import question_numbers
from experiments.normalization.scene import scene
from experiments.scene import pack
from ui import code, lesson
from ui.lens import under_the_lens
from ui.prose import read
from ui.settings import Settings

text = read("layer_normalization")
settings = Settings("ln", LayerNormSpec)
block = Settings("block", BlockSpec)
mixed = Settings("mixed", LengthsSpec)


@lesson.live
def microscope() -> LayerNormSpec:
    """Sliders and lens: all that runs again while something is dragged."""
    with under_the_lens(settings, scene, pack, not_ready()) as (spec, drawn):
        with lesson.row("sliders"):
            for name in ("gamma", "beta", "neighbours"):
                settings.slider(name)
        lesson.try_this(text["Try this"], drawn.roles)
    return spec


with lesson.first_screen():
    with lesson.header(text):
        settings.buttons()
    with settings.row():
        settings.segments("norm")
        settings.presets(PRESETS)
        with settings.more():
            if "mode" in settings.spec.used:
                settings.segments("mode")
            settings.segments("epsilon")
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
told = text.fill(question_numbers(spec))
lesson.experiment("LN1", text["LN1"], distribution.show, spec)
lesson.experiment("LN2", text["LN2"], alone.show, spec)
lesson.experiment("LN3", text["LN3"], depth.show, controls=partial(lesson.controls, block))
lesson.experiment("LN4", text["LN4"], lengths.show, controls=partial(lesson.controls, mixed))
lesson.questions("layer_normalization", told["Check yourself"])
lesson.notes(text["Notes"])
code.source(
    {
        "forward": LayerNormalization.forward,
        "backward": LayerNormalization.backward,
        "attention, forward": MultiHeadAttention.forward,
        "attention, backward": MultiHeadAttention.backward,
    }
)
code.elsewhere(
    "layer_normalization", {"PyTorch": pytorch(spec), "Keras": keras(spec)}, title=f"{spec.norm} normalization"
)
