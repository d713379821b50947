"""The Convolution lesson: controls → specification → experiments → pictures."""

from engine.kernels.convolution import convolve, convolve_dw, convolve_dx
from engine.layers.convolution import Convolution
from engine.warmup import not_ready
from experiments.convolution import backward, parameters, patterns, shift
from experiments.convolution.code import keras, pytorch
from experiments.convolution.facts import facts
from experiments.convolution.learning import HELD_OUT, LearningSpec
from experiments.convolution.questions import question_numbers
from experiments.convolution.scene import scene
from experiments.convolution.spec import DIGIT, ConvolutionSpec
from experiments.scene import pack
from ui import code, lesson
from ui.lens import CellEdit, lens
from ui.prose import read
from ui.settings import Settings
from ui.training import training

text = read("convolution")


settings = Settings("convolution", ConvolutionSpec)
learning = Settings("cnn", LearningSpec)


@lesson.live
def microscope() -> ConvolutionSpec:
    """Slider and lens: all that runs again while something is dragged."""
    spec = settings.read()
    with lesson.waiting_for(not_ready()):
        drawn = scene(spec)
    with lesson.row("angle"):
        if spec.turns:
            settings.slider("angle", unit="°")
        roles = {grid.symbol: grid.role for grid in drawn.grids}
        lesson.try_this(text["Try this" if spec.turns else "Try an edit"], roles)

    def edited(edit: CellEdit) -> None:
        settings.put("edits", spec.with_edit(edit.grid, edit.cell, edit.value), final=edit.final)

    lens(pack(drawn), key="convolution.lens", link="convolution_look", on_edit=edited, live=settings.live)
    settings.settle()
    return spec


@lesson.live
def learn() -> None:
    """A small network that learns the digits: settings, and the panel that shows every step."""
    learning.read()
    with learning.row():
        for name in ("optimizer", "batch_size", "filters", "kernel_initializer"):
            learning.segments(name)
        learning.number("seed")
        learning.checkbox("twin")
        learning.buttons()
    if learning.spec.twin:
        with learning.row("twin"):
            for name in ("twin_optimizer", "twin_batch_size", "twin_filters", "twin_kernel_initializer"):
                learning.segments(name)
    lesson.changes(learning.notes)
    training(text["Watch it learn"].title, learning, HELD_OUT, key="cnn.training")


with lesson.first_screen():
    with lesson.header(text):
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
lesson.heading(text["Watch it learn"], anchor="learn")
learn()
lesson.experiment("CV1", told["CV1"], patterns.show, spec)
lesson.experiment("CV3", told["CV3"], parameters.show, spec)
lesson.experiment("CV5", told["CV5"], shift.show, spec)
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
