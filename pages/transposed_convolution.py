"""The Transposed convolution lesson: controls → specification → experiments → pictures."""

from functools import partial

from engine.kernels.convolution import convolve, convolve_dw, convolve_dx
from engine.layers.convolution_transpose import ConvolutionTranspose
from engine.warmup import not_ready
from experiments.scene import pack
from experiments.transposed_convolution import adjoint, autoencoder, overlap, painting, segmenter, variational
from experiments.transposed_convolution.adjoint import AdjointSpec
from experiments.transposed_convolution.code import keras, pytorch
from experiments.transposed_convolution.facts import facts
from experiments.transposed_convolution.overlap import OverlapSpec
from experiments.transposed_convolution.questions import question_numbers
from experiments.transposed_convolution.scene import scene
from experiments.transposed_convolution.spec import TransposedSpec
from experiments.transposed_convolution.variational import VariationalSpec
from ui import code, lesson
from ui.lens import under_the_lens
from ui.prose import read
from ui.settings import Settings

text = read("transposed_convolution")
settings = Settings("transposed", TransposedSpec)
matrix = Settings("adjoint", AdjointSpec)
counted = Settings("overlap", OverlapSpec)
drawn_from = Settings("variational", VariationalSpec)


@lesson.live
def stamps() -> TransposedSpec:
    """The lens: all that runs again while a number is dragged."""
    with under_the_lens(settings, scene, pack, not_ready()) as (spec, drawn), lesson.row("stamps"):
        lesson.try_this(text["Try this"], drawn.roles)
    return spec


with lesson.first_screen():
    with lesson.header(text):
        settings.undo("edits", "Undo changed numbers")
        settings.buttons()
    with settings.row():
        settings.select("cells", width=110)
        settings.select("kernel", width=100)
        for name in ("kernel_size", "strides"):
            settings.segments(name)
        settings.select("padding", width=100)
        settings.select("output_padding", width=140)
        with settings.more():
            for name in ("side", "filters", "channels", "groups", "dilation_rate"):
                settings.segments(name)
            settings.checkbox("use_bias")
            settings.select("loss")
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = stamps()
told = text.fill(question_numbers(spec))
lesson.experiment("TC1", text["TC1"], painting.show, spec)
lesson.experiment("TC2", text["TC2"], adjoint.show, matrix.spec, controls=partial(lesson.controls, matrix))
lesson.experiment("TC3", text["TC3"], overlap.show, counted.spec, controls=partial(lesson.controls, counted))
lesson.experiment("TC4", text["TC4"], autoencoder.show)
lesson.experiment("TC5", text["TC5"], segmenter.show)
lesson.experiment("TC6", text["TC6"], variational.show, drawn_from.spec, controls=partial(lesson.controls, drawn_from))
lesson.questions("transposed_convolution", told["Check yourself"])
lesson.notes(text["Notes"])
code.source(
    {
        "forward": ConvolutionTranspose.forward,
        "backward": ConvolutionTranspose.backward,
        "kernel": convolve_dx,
        "kernel of ∂L/∂x": convolve,
        "kernel of ∂L/∂w": convolve_dw,
    }
)
code.elsewhere("transposed_convolution", {"PyTorch": pytorch(spec), "Keras": keras(spec)})
