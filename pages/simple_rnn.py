"""The Simple RNN lesson: controls → specification → experiments → pictures."""

from functools import partial

from engine.kernels.recurrent import simple_rnn, simple_rnn_backward
from engine.layers.simple_rnn import SimpleRNN
from engine.warmup import not_ready
from experiments.recurrent.facts import facts
from experiments.recurrent.real import BROUGHT, RealSpec
from experiments.recurrent.sequences import GIVEN, LONGEST, WORD
from experiments.scene import pack
from experiments.simple_rnn import distance, loop, order, rates, replaced
from experiments.simple_rnn.code import keras, pytorch
from experiments.simple_rnn.distance import DistanceSpec
from experiments.simple_rnn.questions import question_numbers
from experiments.simple_rnn.scene import scene
from experiments.simple_rnn.spec import SimpleRNNSpec
from experiments.simple_rnn.vanishing import PRESETS, VanishingSpec, picture
from ui import code, lesson
from ui.lens import under_the_lens
from ui.own_data import own_sequences
from ui.prose import read
from ui.settings import Settings
from ui.walk import walk_back

text = read("simple_rnn")
settings = Settings("rnn", SimpleRNNSpec)
vanishing = Settings("vanishing", VanishingSpec)
race = Settings("distance", DistanceSpec)
real = Settings("rnn_real", RealSpec)


@lesson.live
def microscope() -> SimpleRNNSpec:
    """Slider and lens: all that runs again while something is dragged."""
    with under_the_lens(settings, scene, pack, not_ready()) as (spec, drawn), lesson.row("radius"):
        settings.slider("spectral_radius")
        lesson.try_this(text["Try this"], drawn.roles)
    return spec


with lesson.first_screen():
    with lesson.header(text):
        settings.undo("edits", "Undo changed numbers")
        settings.buttons()
    with settings.row():
        settings.select("sequence", width=130)
        if settings.spec.sequence == WORD:
            settings.text("word", LONGEST, width=150, placeholder=GIVEN)
        else:
            settings.number("steps")
        for name in ("units", "activation", "return_sequences"):
            settings.segments(name)
        with settings.more():
            settings.select("recurrent_initializer")
            settings.segments("initial_state")
            for name in ("dropout", "recurrent_dropout"):
                settings.segments(name)
            for name in ("use_bias", "go_backwards"):
                settings.checkbox(name)
            settings.select("loss")
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
walk_back(text["Watch gradients vanish"], vanishing, picture, PRESETS)
lesson.experiment("RN1", text["RN1"].fill(loop.told(spec)), loop.show, spec)
lesson.experiment("RN2", text["RN2"], order.show, spec)
lesson.experiment("RN3", text["RN3"], rates.show)
lesson.experiment("RN4", text["RN4"], distance.show, controls=partial(lesson.controls, race))
lesson.experiment("RN5", text["RN5"], replaced.show, controls=partial(own_sequences, real, BROUGHT))
lesson.questions("simple_rnn", text["Check yourself"].fill(question_numbers(spec)))
lesson.notes(text["Notes"])
code.source(
    {
        "forward": SimpleRNN.forward,
        "backward": SimpleRNN.backward,
        "every step's gradient": SimpleRNN.backward_steps,
        "kernel": simple_rnn,
        "kernel, backward": simple_rnn_backward,
    }
)
code.elsewhere("simple_rnn", {"PyTorch": pytorch(spec), "Keras": keras(spec)}, title=text.title)
