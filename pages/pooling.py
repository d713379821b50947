"""The Pooling lesson: controls → specification → experiments → pictures."""

from engine.kernels.pooling import max_pool
from engine.layers.global_pooling import GlobalAveragePooling, GlobalMaxPooling
from engine.layers.pooling import AveragePooling, MaxPooling
from engine.pictures import SIDE, from_grey, shrink
from engine.warmup import not_ready
from experiments.pooling import detail, downsample, parameters, routes, shift
from experiments.pooling.code import keras, pytorch
from experiments.pooling.facts import facts
from experiments.pooling.questions import question_numbers
from experiments.pooling.scene import scene
from experiments.pooling.spec import DIGIT, OWN, WINDOW, PoolingSpec
from experiments.scene import pack
from ui import code, lesson
from ui.lens import under_the_lens
from ui.own_picture import own_picture
from ui.prose import read
from ui.settings import Settings

text = read("pooling")
settings = Settings("pooling", PoolingSpec)


@lesson.live
def microscope() -> PoolingSpec:
    """Slider and lens: all that runs again while something is dragged."""
    with under_the_lens(settings, scene, pack, not_ready()) as (spec, drawn), lesson.row("example"):
        if spec.picture == DIGIT:
            settings.slider("example")
        lesson.try_this(text["Try this" if spec.picks else "Try average"], drawn.roles)
    return spec


with lesson.first_screen():
    with lesson.header(text):
        own_picture(settings, {"picture": OWN}, shrink=shrink, from_grey=from_grey, side=SIDE)
        settings.buttons()
    with settings.row():
        settings.select("kind", width=150)
        settings.select("picture", width=170)
        if not settings.spec.is_global:
            for name in WINDOW[:3]:
                settings.segments(name)
        with settings.more():
            settings.segments("map")
            if not settings.spec.is_global:
                settings.segments("dilation_rate")
            settings.select("loss")
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
lesson.experiment("PL1", text["PL1"], downsample.show, spec)
lesson.experiment("PL2", text["PL2"], routes.show, spec)
lesson.experiment("PL3", text["PL3"], parameters.show, spec)
lesson.experiment("PL4", text["PL4"], shift.show)
lesson.experiment("PL5", text["PL5"], detail.show, spec)
lesson.questions("pooling", text["Check yourself"].fill(question_numbers(spec)))
lesson.notes(text["Notes"])
code.source(
    {
        "max: forward": MaxPooling.forward,
        "max: backward": MaxPooling.backward,
        "max: kernel": max_pool,
        "average: forward": AveragePooling.forward,
        "average: backward": AveragePooling.backward,
        "global max": GlobalMaxPooling.forward,
        "global average": GlobalAveragePooling.forward,
    }
)
code.elsewhere("pooling", {"PyTorch": pytorch(spec), "Keras": keras(spec)})
