"""The table of contents: sections → lessons. A lesson is here once its page exists; nothing links to what does not."""

from pathlib import Path
from typing import NamedTuple

PAGES = Path(__file__).resolve().parent.parent / "pages"


class Lesson(NamedTuple):
    """A page: pages/<name>.py, shown at /<name>, its words in assets/lessons/<name>.md."""

    name: str
    title: str

    @property
    def page(self) -> Path:
        return PAGES / f"{self.name}.py"


HOME = Lesson("home", "Start here")
SECTIONS = {
    "Foundations": (Lesson("backpropagation", "Backpropagation"),),
    "Feed-forward": (
        Lesson("dense", "Dense"),
        Lesson("batch_normalization", "Batch normalization"),
        Lesson("layer_normalization", "Layer normalization"),
    ),
    "Space": (
        Lesson("convolution", "Convolution"),
        Lesson("pooling", "Pooling"),
        Lesson("flatten", "Flatten"),
        Lesson("transposed_convolution", "Transposed convolution"),
    ),
    "Words": (Lesson("embedding", "Embedding"),),
    "Time": (Lesson("simple_rnn", "Simple RNN"), Lesson("lstm", "LSTM"), Lesson("gru", "GRU")),
    "Graphs": (Lesson("graph_convolution", "Graph convolution"),),
    "Not fooling oneself": (
        Lesson("dropout", "Dropout"),
        Lesson("l1_l2", "L1 and L2"),
        Lesson("overfitting", "The overfitting lab"),
    ),
    "Deciding": (Lesson("adviser", "When to use what"),),
}


def lesson_named(name: str) -> Lesson | None:
    """None while its page does not exist."""
    return next((lesson for lessons in SECTIONS.values() for lesson in lessons if lesson.name == name), None)
