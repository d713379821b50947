"""The Embedding lesson: controls → specification → experiments → pictures."""

from functools import partial

from engine.kernels.embedding import add_rows
from engine.layers.embedding import Embedding
from engine.warmup import not_ready
from experiments.embedding import categories, equality, size, words
from experiments.embedding.categories import CategoriesSpec
from experiments.embedding.code import keras, pytorch
from experiments.embedding.facts import facts
from experiments.embedding.questions import question_numbers
from experiments.embedding.scene import scene
from experiments.embedding.size import SizeSpec
from experiments.embedding.spec import CHARACTERS, GIVEN, EmbeddingSpec
from experiments.embedding.words import WordsSpec
from experiments.scene import pack
from ui import code, lesson
from ui.lens import under_the_lens
from ui.prose import read
from ui.settings import Settings

text = read("embedding")
settings = Settings("embedding", EmbeddingSpec)
corpus = Settings("embedding_words", WordsSpec)
named = Settings("embedding_names", CategoriesSpec)
table = Settings("embedding_size", SizeSpec)


@lesson.live
def microscope() -> EmbeddingSpec:
    """The lens: all that runs again while a number is dragged."""
    with under_the_lens(settings, scene, pack, not_ready()) as (spec, drawn):
        lesson.try_this(text["Try this"], drawn.roles)
    return spec


with lesson.first_screen():
    with lesson.header(text):
        settings.undo("edits", "Undo changed numbers")
        settings.buttons()
    with settings.row():
        settings.text("sentence", CHARACTERS, width=290, placeholder=GIVEN)
        for name in ("input_dim", "output_dim"):
            settings.segments(name)
        with settings.more():
            settings.select("embeddings_initializer")
            for name in ("mask_zero", "sparse_gradient"):
                settings.checkbox(name)
            settings.select("loss")
            settings.number("seed")
    lesson.changes(settings.notes)
    lesson.facts(facts(settings.spec))
    spec = microscope()
told = text.fill(question_numbers(spec))
corpus_controls = partial(lesson.controls, corpus, partial(corpus.number, "seed"))
lesson.experiment("EM1", told["EM1"], equality.show, spec)
lesson.experiment("EM2", told["EM2"], words.show, controls=corpus_controls)
lesson.experiment("EM3", told["EM3"], categories.show, controls=partial(lesson.controls, named))
lesson.experiment("EM4", told["EM4"], size.show, controls=partial(lesson.controls, table))
lesson.questions("embedding", told["Check yourself"])
lesson.notes(text["Notes"])
code.source({"forward": Embedding.forward, "backward": Embedding.backward, "kernel": add_rows})
code.elsewhere("embedding", {"PyTorch": pytorch(spec), "Keras": keras(spec)})
