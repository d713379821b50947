"""The Convolution lesson: controls → specification → experiments → pictures."""

from engine.kernels.convolution import convolve, convolve_dw, convolve_dx
from engine.layers.convolution import Convolution
from engine.pictures import SIDE, from_grey, shrink
from engine.warmup import not_ready
from experiments.convolution import backward, dimensions, far, hierarchy, parameters, patterns, shift, shuffled
from experiments.convolution.axes import LONGEST, DimensionsSpec
from experiments.convolution.code import keras, pytorch
from experiments.convolution.facts import facts
from experiments.convolution.learning import LearningSpec, held_out_digits
from experiments.convolution.questions import question_numbers
from experiments.convolution.scene import scene
from experiments.convolution.spec import DIGIT, OWN, ConvolutionSpec
from experiments.scene import pack
from ui import code, lesson
from ui.lens import under_the_lens
from ui.own_picture import own_picture
from ui.prose import read
from ui.settings import Settings
from ui.training import training

text = read("convolution")


settings = Settings("convolution", ConvolutionSpec)
learning = Settings("cnn", LearningSpec)
over = Settings("dimensions", DimensionsSpec)


@lesson.live
def microscope() -> ConvolutionSpec:
    """Slider and lens: all that runs again while something is dragged."""
    with under_the_lens(settings, scene, pack, not_ready()) as (spec, drawn), lesson.row("angle"):
        if spec.turns:
            settings.slider("angle", unit="°")
        lesson.try_this(text["Try this" if spec.turns else "Try an edit"], drawn.roles)
    return spec


def sliding_over() -> DimensionsSpec:
    """What the layer of CV2 slides over, and what it looks for."""
    over.read()
    with over.row():
        over.segments("data")
        for name in over.spec.used:
            if name in LONGEST:
                over.text(name, LONGEST[name])
            else:
                over.segments(name)
        over.keep()
    lesson.changes(over.notes)
    return over.spec


with lesson.first_screen():
    with lesson.header(text):
        own_picture(settings, {"picture": OWN}, shrink=shrink, from_grey=from_grey, side=SIDE)
        settings.undo("edits", "Undo changed weights")
        settings.buttons()
    with settings.row():
        settings.select("picture", width=140)
        if settings.spec.picture == DIGIT:
            settings.number("example")
        settings.select("kernel", width=110)
        for name in ("kernel_size", "strides", "padding"):
            settings.segments(name)
        with settings.more():
            for name in ("filters", "channels", "groups", "dilation_rate"):
                settings.segments(name)
            settings.checkbox("use_bias")
            settings.select("loss")
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
told = text.fill(question_numbers(spec))
training(text["Watch it learn"], learning, held_out_digits())
lesson.experiment("CV1", told["CV1"], patterns.show, spec)
lesson.experiment("CV2", told["CV2"], dimensions.show, over.spec, controls=sliding_over)
lesson.experiment("CV3", told["CV3"], parameters.show, spec)
lesson.experiment("CV4", told["CV4"], hierarchy.show)
lesson.experiment("CV5", told["CV5"], shift.show, spec)
lesson.experiment("CV6", told["CV6"], far.show)
lesson.experiment("CV7", told["CV7"], shuffled.show)
lesson.experiment("CV8", told["CV8"], backward.show, spec)
lesson.questions("convolution", told["Check yourself"])
lesson.notes(text["Notes"])
code.source(
    {
        "forward": Convolution.forward,
        "backward": Convolution.backward,
        "kernel": convolve,
        "kernel of ∂L/∂x": convolve_dx,
        "kernel of ∂L/∂w": convolve_dw,
    }
)
code.elsewhere("convolution", {"PyTorch": pytorch(spec), "Keras": keras(spec)})
