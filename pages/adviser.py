"""When to use what: a description of data → what is advised, and the network to begin with."""

from experiments.adviser import advice
from experiments.adviser.advice import TAUGHT, advise, facts, start, table
from experiments.adviser.spec import PRESETS, DataSpec, descriptions
from ui import code, lesson
from ui.contents import lesson_named
from ui.prose import read
from ui.settings import Settings
from ui.shown import draw

text = read("adviser")
settings = Settings("adviser", DataSpec)

with lesson.first_screen():
    with lesson.header(text):
        settings.buttons()
    spec = settings.read()
    with lesson.row("situations"):
        settings.presets(PRESETS)
        lesson.try_this(text["Try this"], {})
    with settings.row("description"):
        for name in spec.used:
            settings.segments(name)
        settings.keep()
    lesson.changes(settings.notes)
    lesson.advice(
        text["Advice"],
        {title: {name: lesson_named(TAUGHT[name]) for name in names} for title, names in advise(spec).parts.items()},
    )
lesson.heading(text["The network"])
lesson.facts(facts(spec))
draw([table(spec)], "adviser.network", spec)
told = text.fill({"count": len(list(descriptions()))})
lesson.experiment("WW1", told["WW1"], advice.show, spec)
lesson.notes(text["The table"])
lesson.questions("adviser", text["Check yourself"])
lesson.notes(text["Notes"])
code.source({"rules": advise, "network": start})
