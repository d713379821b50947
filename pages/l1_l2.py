"""The L1 and L2 lesson: controls → specification → experiments → pictures."""

from functools import partial

from engine.linear import proximal_step, subgradient_step
from engine.optimizers import Optimizer
from engine.regularizers import L1L2, soft_threshold
from experiments.l1_l2 import confidence, decay, features, histogram, surface
from experiments.l1_l2.code import keras, pytorch
from experiments.l1_l2.facts import facts
from experiments.l1_l2.features import FeaturesSpec
from experiments.l1_l2.questions import question_numbers
from experiments.l1_l2.spec import KEYS, TRY, SurfaceSpec
from experiments.l1_l2.surface import data_gradient, minima, picture
from ui import code, lesson
from ui.prose import read
from ui.settings import Settings
from ui.surface import surface as two_pulls

text = read("l1_l2")
settings = Settings("reg", SurfaceSpec)
sparse = Settings("reg_features", FeaturesSpec)


@lesson.live
def two_weights() -> SurfaceSpec:
    """Slider and pictures: all that runs again while λ is dragged."""
    spec = settings.read()
    with lesson.row("strength"):
        settings.slider("strength", leads=True)
        lesson.try_this(text[TRY[spec.penalty]], {"a weight": "weight"})
    two_pulls(
        picture(spec), "Loss of two weights", key="reg.surface", link=settings.key("look"), live=settings.live,
        texts={section.title: section.text for section in text["Try this"].sections},
        keys=KEYS, on_key=partial(settings.put, "penalty"),
    )  # fmt: skip
    settings.settle()
    return spec


with lesson.first_screen():
    with lesson.header(text):
        settings.buttons()
    with settings.row("leads"):
        settings.segments("penalty")
        with settings.more():
            for name in ("w1", "w2", "correlation", "seed"):
                settings.number(name)
            settings.segments("noise")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = two_weights()
how_many = partial(lesson.controls, sparse)
lesson.experiment("RG1", text["RG1"], surface.show, spec)
lesson.experiment("RG2", text["RG2"].fill(histogram.ASKED_NUMBERS), histogram.show)
lesson.experiment("RG3", text["RG3"].fill(features.ASKED_NUMBERS), features.show, controls=how_many)
lesson.experiment("RG4", text["RG4"].fill(confidence.ASKED_NUMBERS), confidence.show)
lesson.experiment("RG5", text["RG5"].fill(decay.ASKED_NUMBERS), decay.show)
lesson.questions("l1_l2", text["Check yourself"].fill(question_numbers(spec)))
lesson.notes(text["Notes"])
code.source(
    {
        "gradient of the data": data_gradient,
        "gradient of the penalty": L1L2.gradient,
        "minima": minima,
        "soft threshold": soft_threshold,
        "proximal": L1L2.proximal,
        "proximal step": proximal_step,
        "subgradient step": subgradient_step,
        "weight decay": Optimizer.decayed,
    }
)
code.elsewhere("l1_l2", {"PyTorch": pytorch(spec), "Keras": keras(spec)}, title=text.title)
