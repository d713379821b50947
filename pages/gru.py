"""The GRU lesson: controls → specification → experiments → pictures."""

from engine.kernels.recurrent import gru, gru_backward
from engine.layers.gru import GRU
from engine.warmup import not_ready
from experiments.gru import cost, counting, interpolation, small_data
from experiments.gru.code import keras, pytorch
from experiments.gru.questions import question_numbers
from experiments.gru.scene import scene
from experiments.gru.spec import PRESETS, GRUSpec
from experiments.recurrent.facts import facts
from experiments.recurrent.sequences import GIVEN, LONGEST, WORD
from experiments.scene import pack
from ui import code, lesson
from ui.lens import under_the_lens
from ui.prose import read
from ui.settings import Settings

text = read("gru")
settings = Settings("gru", GRUSpec)


@lesson.live
def microscope() -> GRUSpec:
    """Slider and lens: all that runs again while something is dragged."""
    with under_the_lens(settings, scene, pack, not_ready()) as (spec, drawn), lesson.row("bias"):
        if spec.use_bias:
            settings.slider("update_bias")
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
            for name in ("reset_after", "use_bias", "go_backwards"):
                settings.checkbox(name)
            settings.select("loss")
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
lesson.experiment("GR1", text["GR1"], interpolation.show, spec)
lesson.experiment("GR2", text["GR2"], cost.show, spec)
lesson.experiment("GR3", text["GR3"], small_data.show)
lesson.experiment("GR4", text["GR4"], counting.show)
lesson.questions("gru", text["Check yourself"].fill(question_numbers(spec)))
lesson.notes(text["Notes"])
code.source(
    {
        "forward": GRU.forward,
        "backward": GRU.backward,
        "every step's gradient": GRU.backward_steps,
        "kernel": gru,
        "kernel, backward": gru_backward,
    }
)
code.elsewhere("gru", {"PyTorch": pytorch(spec), "Keras": keras(spec)}, title=text.title)
