"""The LSTM lesson: controls → specification → experiments → pictures."""

from functools import partial

from engine.kernels.recurrent import lstm, lstm_backward
from engine.layers.lstm import LSTM
from engine.warmup import not_ready
from experiments.lstm import cost, gates, keep, recall, sequences, subject
from experiments.lstm.code import keras, pytorch
from experiments.lstm.questions import question_numbers
from experiments.lstm.recall import RecallSpec
from experiments.lstm.scene import scene
from experiments.lstm.spec import PRESETS, LSTMSpec
from experiments.lstm.subject import SubjectSpec
from experiments.recurrent.facts import facts
from experiments.recurrent.real import BROUGHT, RealSpec
from experiments.recurrent.sequences import GIVEN, LONGEST, WORD
from experiments.scene import pack
from ui import code, lesson
from ui.lens import under_the_lens
from ui.own_data import own_sequences
from ui.prose import read
from ui.settings import Settings

text = read("lstm")
settings = Settings("lstm", LSTMSpec)
held = Settings("lstm_subject", SubjectSpec)
far = Settings("lstm_recall", RecallSpec)
real = Settings("lstm_real", RealSpec)


@lesson.live
def microscope() -> LSTMSpec:
    """Slider and lens: all that runs again while something is dragged."""
    with under_the_lens(settings, scene, pack, not_ready()) as (spec, drawn), lesson.row("bias"):
        if spec.has_forget_bias:
            settings.slider("forget_bias")
        settings.presets(PRESETS)
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
        settings.segments("units")
        with settings.more("clamps", "Hold a gate"):
            for gate in settings.spec.gates:
                settings.segments(f"clamp_{gate}")
        with settings.more():
            for name in ("return_sequences", "initial_state", "dropout", "recurrent_dropout"):
                settings.segments(name)
            for name in ("unit_forget_bias", "use_bias", "go_backwards"):
                settings.checkbox(name)
            settings.select("loss")
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
lesson.experiment("LS1", text["LS1"].fill(keep.ASKED_NUMBERS), keep.show, spec)
lesson.experiment("LS2", text["LS2"], subject.show, controls=partial(lesson.controls, held))
lesson.experiment("LS3", text["LS3"], gates.show, spec)
lesson.experiment("LS4", text["LS4"], recall.show, controls=partial(lesson.controls, far))
lesson.experiment("LS5", text["LS5"], cost.show, spec)
lesson.experiment("LS6", text["LS6"], sequences.show, controls=partial(own_sequences, real, BROUGHT))
lesson.questions("lstm", text["Check yourself"].fill(question_numbers(spec)))
lesson.notes(text["Notes"])
code.source(
    {
        "forward": LSTM.forward,
        "backward": LSTM.backward,
        "every step's gradient": LSTM.backward_steps,
        "kernel": lstm,
        "kernel, backward": lstm_backward,
    }
)
code.elsewhere("lstm", {"PyTorch": pytorch(spec), "Keras": keras(spec)}, title=text.title)
