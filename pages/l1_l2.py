"""The L1 and L2 lesson: controls → specification → experiments → pictures."""

from experiments.l1_l2.facts import facts
from experiments.l1_l2.penalties import proximal, soft_threshold
from experiments.l1_l2.spec import SurfaceSpec
from experiments.l1_l2.surface import data_gradient, minima, picture
from ui import code, lesson
from ui.prose import read
from ui.settings import Settings
from ui.surface import surface

text = read("l1_l2")
settings = Settings("reg", SurfaceSpec)


@lesson.live
def two_weights() -> SurfaceSpec:
    """Slider and pictures: all that runs again while λ is dragged."""
    spec = settings.read()
    with lesson.row("strength"):
        settings.slider("strength")
        lesson.try_this(text["Try this"], {"w₂": "weight"})
    surface(
        picture(spec), "Loss of two weights", key="reg.surface", link=settings.key("look"), live=settings.live,
        texts={section.title: section.text for section in text["Told"].sections},
    )  # fmt: skip
    settings.settle()
    return spec


with lesson.first_screen():
    with lesson.header(text):
        settings.buttons()
    with settings.row():
        settings.segments("penalty")
        with settings.more():
            for name in ("w1", "w2", "correlation", "seed"):
                settings.number(name)
            settings.segments("noise")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = two_weights()
lesson.notes(text["Notes"])
code.source({"soft threshold": soft_threshold, "proximal step": proximal, "gradient": data_gradient, "minima": minima})
