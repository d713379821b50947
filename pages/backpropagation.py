"""The Backpropagation lesson: controls → specification → experiments → pictures."""

from functools import partial

from experiments.backpropagation import check, depth, optimizers, playground
from experiments.backpropagation.code import keras, pytorch
from experiments.backpropagation.depth import DepthSpec
from experiments.backpropagation.facts import asleep, facts
from experiments.backpropagation.graph import backward, differences, forward
from experiments.backpropagation.optimizers import RaceSpec, descend
from experiments.backpropagation.playground import PlaygroundSpec
from experiments.backpropagation.questions import question_numbers
from experiments.backpropagation.scene import scene
from experiments.backpropagation.spec import GraphSpec
from experiments.scene import pack
from ui import code, lesson
from ui.lens import under_the_lens
from ui.playground import playground as watch_it_learn
from ui.prose import read
from ui.settings import Settings

text = read("backpropagation")
settings = Settings("backprop", GraphSpec)
deep = Settings("depth", DepthSpec)
race = Settings("race", RaceSpec)
play = Settings("play", PlaygroundSpec)


@lesson.live
def microscope() -> GraphSpec:
    """The lens: all that runs again while a number is dragged."""
    with under_the_lens(settings, scene, pack) as (spec, drawn), lesson.row("graph"):
        lesson.try_this(text["Try this"], drawn.roles)
    return spec


def seed_and_depth() -> None:
    """What is not chosen among a few."""
    deep.number("seed")
    deep.slider("depth")


with lesson.first_screen():
    with lesson.header(text):
        settings.undo("edits", "Undo changed numbers")
        settings.buttons()
    with settings.row():
        for name in ("activation", "loss"):
            settings.segments(name)
        with settings.more():
            settings.number("seed")
    lesson.changes((*settings.notes, *asleep(settings.spec)))
    lesson.facts(facts(settings.spec))
    spec = microscope()
watch_it_learn(text["Watch it learn"], play)
told = text.fill(question_numbers(spec))
lesson.experiment("BP1", told["BP1"], check.show, spec)
lesson.experiment("BP2", text["BP2"], depth.show, controls=partial(lesson.controls, deep, seed_and_depth))
one_start = partial(lesson.controls, race, partial(race.number, "seed"))
lesson.experiment("BP3", text["BP3"], optimizers.show, controls=one_start)
lesson.experiment("BP4", text["BP4"], playground.show, play.spec)
lesson.questions("backpropagation", told["Check yourself"])
lesson.notes(text["Notes"])
code.source(
    {
        "forward": forward,
        "backward": backward,
        "gradient check": differences,
        "a deep network": depth.depth,
        "a race": descend,
        "the playground's backward": playground.backward,
    }
)
code.elsewhere("backpropagation", {"PyTorch": pytorch(spec), "Keras": keras(spec)}, title=text.title)
