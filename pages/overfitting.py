"""The overfitting lab: controls → specification → two trainings, and the map of who wins where."""

from engine import tables
from engine.warmup import not_ready
from experiments.datasets import OWN, WANTED
from experiments.overfitting import bench, winners
from experiments.overfitting.code import keras, pytorch
from experiments.overfitting.data import example
from experiments.overfitting.facts import facts
from experiments.overfitting.learning import judged, learn, outcome
from experiments.overfitting.questions import question_numbers
from experiments.overfitting.spec import PRESETS, LabSpec
from experiments.overfitting.techniques import recipe
from experiments.overfitting.winners import Asked, MapSpec
from ui import code, lesson
from ui.own_data import own_data
from ui.prose import read
from ui.settings import Settings

text = read("overfitting")
settings = Settings("lab", LabSpec)
map_settings = Settings("map", MapSpec)


def asked() -> Asked:
    """The map of the bench's data."""
    across = lesson.controls(map_settings).across
    return Asked(spec.data, spec.table, across)


with lesson.first_screen():
    with lesson.header(text):
        settings.buttons()
        lesson.copy_link()
    spec = settings.spec
    with lesson.row("situations"):
        settings.presets(PRESETS)
        own_data(settings, "table", "Your own table (CSV)", WANTED, {"data": OWN}, tables.shrink, example)
        lesson.try_this(text["Try this"], {})
    with settings.row():
        settings.select("data", 240)
        for name in ("samples", "width", "wrong_labels"):
            settings.segments(name)
        with settings.more():
            for name in ("layers", "noise"):
                settings.segments(name)
            settings.number("seed")
    with settings.row("techniques"):
        for name in ("dropout", "l1", "l2", "label_smoothing"):
            settings.segments(name)
        for name in ("early_stopping", "augmentation", "batch_norm"):
            settings.checkbox(name)
    settings.keep()
    lesson.changes(settings.notes)
    with lesson.waiting_for(not_ready()):
        lesson.watched("lab.bench", bench.show(spec), spec)
    lesson.facts(facts(spec))
told = text.fill(question_numbers(spec))
lesson.experiment("RG6", told["RG6"], winners.show, controls=asked)
lesson.questions("overfitting", told["Check yourself"])
lesson.notes(told["Notes"])
code.source(
    {
        "recipe": recipe,
        "looked at": learn,
        "judged": judged,
        "with a choice": outcome,
        "a training": winners.trained,
        "a situation": winners.contest,
    }
)
code.elsewhere("overfitting", {"PyTorch": pytorch(spec), "Keras": keras(spec)}, title=text.title)
