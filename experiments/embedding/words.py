"""EM2: words that can stand in each other's place come to lie near each other, from a random start.

A table of vectors and a dense layer learn to name the other words of a sentence from one of them (skip-gram, with the
whole sentence as the window):

    p(context | word) = softmax(W[word] K + b)

Words that keep the same company need the same answers, hence like vectors. What two pairs have in common becomes a
direction: king − man is about queen − woman.

Mikolov, Chen, Corrado and Dean 2013, "Efficient estimation of word representations in vector space",
https://arxiv.org/abs/1301.3781
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, read_only
from engine.datasets import PEOPLE, court
from engine.layers import Dense, Embedding
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Training, steps
from experiments.embedding.projection import film, principal
from experiments.numbers import counted, decimal, ends, whole
from experiments.several import parts
from experiments.shown import Lines, Part, Points, Shown, Table
from experiments.spec import Spec, choice, number

RUNS = 5  # from one seed to the next
STEPS = 600
EVERY = 5  # steps from one frame of the map to the next
BATCH = 64
GROUPS = {
    "people": tuple(PEOPLE),
    "ages": ("young", "old"),
    "he and she": ("he", "she"),
    "places": ("palace", "village"),
    "what is worn": ("crown", "hat", "beard", "dress"),
    "what is done": ("works", "plays"),
}
OTHERS = "other words"
PAIRS = (("king", "queen"), ("man", "woman"), ("prince", "princess"), ("boy", "girl"))  # joined on the map
ASKED = ("king", "man", "young", "palace", "crown", "works", "he", "the")  # whose neighbours are named
SHOWN_ANALOGIES = (("man", "woman", "king"), ("king", "prince", "man"), ("boy", "man", "princess"))


@dataclass(frozen=True)
class WordsSpec(Spec):
    output_dim: int = choice(8, (2, 3, 4, 8, 16), "numbers that stand for a word")
    learning_rate: float = choice(0.01, (0.001, 0.003, 0.01, 0.03, 0.1), "how large a step of Adam is")
    seed: int = number(
        0, 0, 95, 1, "start of what is random; the table below has the four after it too", surprise=False
    )

    @property
    def used(self) -> tuple[str, ...]:
        """The seed is a number to type."""
        return "output_dim", "learning_rate"


class Similarity(NamedTuple):
    """Mean cosine of pairs of words."""

    within: float  # a group
    between: float  # two groups


class Analogy(NamedTuple):
    """a is to b as c is to what?"""

    a: str
    b: str
    c: str
    answer: str  # nearest to b − a + c, of all other words
    right: str


class Trained(NamedTuple):
    """One training."""

    seed: int
    frames: list[Array]  # (26, D) every few steps, the start in front
    loss: float

    @property
    def vectors(self) -> Array:
        return self.frames[-1]


@cache
def pairs() -> Array:
    """(N, 2): a word and another word of its sentence, all there are."""
    found = [(s[i], s[j]) for s in court().sentences for i in range(len(s)) for j in range(len(s)) if i != j]
    return read_only(np.array(found))


def training(spec: WordsSpec, seed: int) -> Training:
    vocabulary = len(court().words)
    network = Sequential((Embedding(vocabulary, spec.output_dim), Dense(vocabulary)))
    centre, context = pairs().T
    return Training(network, Adam(spec.learning_rate), centre, context, batch_size=BATCH, seed=seed)


def words(spec: WordsSpec) -> Iterator[tuple[float, list[Trained] | None]]:
    """Trains the table once a seed: (share that is done, the runs so far; the first grows frame by frame)."""
    done: list[Trained] = []
    for run in range(RUNS):
        seed = spec.seed + run
        it = training(spec, seed)
        frames = [it.start().params[0]["embeddings"]]
        for step in steps(it, STEPS):
            news = None
            if step.after.steps % EVERY == 0:
                frames.append(step.after.params[0]["embeddings"])
                if run == 0 and len(frames) % 10 == 0:
                    news = [Trained(seed, list(frames), step.loss)]
            yield (run + step.after.steps / STEPS) / RUNS, news
        done.append(Trained(seed, frames, step.loss))
        yield (run + 1) / RUNS, list(done)


def similarity(vectors: Array) -> Similarity:
    """Over all pairs of words that have a group."""
    number = {word: index for index, word in enumerate(court().words)}
    grouped = [number[word] for group in GROUPS.values() for word in group]
    label = np.repeat(np.arange(len(GROUPS)), [len(group) for group in GROUPS.values()])
    cosines = cosine(vectors)[np.ix_(grouped, grouped)]
    first, second = np.triu_indices(len(grouped), 1)
    alike = label[first] == label[second]
    values = cosines[first, second]
    return Similarity(float(values[alike].mean()), float(values[~alike].mean()))


def cosine(vectors: Array) -> Array:
    """(N, N): of the angle between each two."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.maximum(lengths, np.finfo(vectors.dtype).tiny)
    return unit @ unit.T


def neighbours(vectors: Array, word: str, count: int = 3) -> list[tuple[str, float]]:
    """The words of largest cosine, and it."""
    names = court().words
    mine = cosine(vectors)[names.index(word)]
    order = [index for index in np.argsort(-mine) if names[index] != word]
    return [(names[index], float(mine[index])) for index in order[:count]]


def parallel(vectors: Array) -> float:
    """Mean cosine of the differences queen − king, woman − man, …: 1 if they all point the same way."""
    names = court().words
    ways = np.stack([vectors[names.index(other)] - vectors[names.index(one)] for one, other in PAIRS])
    return float(cosine(ways)[np.triu_indices(len(ways), 1)].mean())


@cache
def questions() -> tuple[tuple[str, str, str, str], ...]:
    """(a, b, c, d): a and b differ in one thing, and c and d in the same. All there are: 72."""

    def differ(one: str, other: str) -> tuple[int, ...]:
        return tuple(int(p) - int(q) for p, q in zip(PEOPLE[one], PEOPLE[other], strict=True))

    return tuple(
        (a, b, c, d)
        for a, b, c, d in permutations(PEOPLE, 4)
        if differ(a, b) == differ(c, d) and sum(map(abs, differ(a, b))) == 1
    )


def analogies(vectors: Array) -> list[Analogy]:
    """Every question, answered by the word nearest to b − a + c; a, b and c themselves do not count."""
    names = court().words
    number = {word: index for index, word in enumerate(names)}
    lengths = np.linalg.norm(vectors, axis=1)
    answered = []
    for a, b, c, right in questions():
        wanted = vectors[number[b]] - vectors[number[a]] + vectors[number[c]]
        cosines = vectors @ wanted / lengths
        cosines[[number[word] for word in (a, b, c)]] = -np.inf
        answered.append(Analogy(a, b, c, names[int(cosines.argmax())], right))
    return answered


def right_share(vectors: Array) -> float:
    answers = analogies(vectors)
    return sum(one.answer == one.right for one in answers) / len(answers)


def show(spec: WordsSpec) -> Iterator[Part]:
    """The map moves while the first run learns; then its neighbours and analogies, and the spread over seeds."""
    return parts(words(spec), _shown)


def _shown(runs: list[Trained]) -> Shown:
    first = runs[0]
    rows: list[Points | Lines | Table] = [_map(first), _people(first)]
    if len(first.frames) <= STEPS // EVERY:  # it still learns
        return Shown({}, rows)
    flat = principal(first.vectors)
    now, start = similarity(first.vectors), similarity(first.frames[0])
    shares = np.array([right_share(run.vectors) for run in runs])
    gaps = np.array([similarity(run.vectors) for run in runs])
    rows += [_over_steps(first), _neighbours(first.vectors), _analogies(first.vectors), _by_seed(runs)]
    nearest = ", ".join(word for word, _ in neighbours(first.vectors, "king"))
    return Shown(
        numbers={
            "seeds": counted(len(runs), "seed"),
            "start_within": decimal(start.within),
            "start_between": decimal(start.between),
            "within": decimal(now.within),
            "between": decimal(now.between),
            "within_all": ends(gaps[:, 0]),
            "between_all": ends(gaps[:, 1]),
            "right": whole(round(shares[0] * len(questions()))),
            "asked": whole(len(questions())),
            "right_all": ends(np.round(shares * len(questions())), 0),
            "parallel_start": decimal(parallel(first.frames[0])),
            "parallel": decimal(parallel(first.vectors)),
            "nearest": nearest,
            "share": f"{decimal(100 * flat.share, 0)} %",
            "dimensions": str(first.vectors.shape[1]),
            "opposites": decimal(float(_between(first.vectors, "young", "old"))),
        },
        rows=rows,
    )


def _between(vectors: Array, one: str, other: str) -> float:
    names = court().words
    return float(cosine(vectors)[names.index(one), names.index(other)])


def _map(run: Trained) -> Points:
    names = court().words
    number = {word: index for index, word in enumerate(names)}
    groups = {group: [number[word] for word in members] for group, members in GROUPS.items()}
    grouped = {index for members in groups.values() for index in members}
    groups[OTHERS] = [index for index in range(len(names)) if index not in grouped]
    now = similarity(run.vectors)
    return Points(
        names,
        film(run.frames).astype(np.float32),
        groups,
        "weight",
        f"{len(names)} words on a map of two directions after {EVERY * (len(run.frames) - 1)} steps: mean cosine "
        f"within a group {decimal(now.within)}, between groups {decimal(now.between)}",
        frames=_captions(run),
        follow=True,
    )


def _people(run: Trained) -> Points:
    """The people alone, on a map of their own: what they share is taken off, what tells them apart is left."""
    names = court().words
    rows = [names.index(name) for name in PEOPLE]
    number = {name: index for index, name in enumerate(PEOPLE)}
    share = principal(run.vectors[rows]).share
    return Points(
        tuple(PEOPLE),
        film([vectors[rows] for vectors in run.frames]).astype(np.float32),
        {
            "royal": [index for index, person in enumerate(PEOPLE.values()) if person.royal],
            "not royal": [index for index, person in enumerate(PEOPLE.values()) if not person.royal],
        },
        "weight",
        f"Eight people on a map of their own; it holds {decimal(100 * share, 0)} % of what tells them apart",
        links=[(number[one], number[other]) for one, other in PAIRS],
        frames=_captions(run),
        follow=True,
    )


def _captions(run: Trained) -> list[str]:
    return [f"step {EVERY * frame:,}" for frame in range(len(run.frames))]


def _over_steps(run: Trained) -> Lines:
    both = np.array([similarity(vectors) for vectors in run.frames])
    within, between = (f"from {decimal(values[0])} to {decimal(values[-1])}" for values in both.T)
    return Lines(
        EVERY * np.arange(len(run.frames)),
        {"within a group": both[:, 0], "between groups": both[:, 1]},
        x="training step",
        y="mean cosine of two words",
        alt=f"Mean cosine within a group {within}, between groups {between}",
    )


def _neighbours(vectors: Array) -> Table:
    found = {word: neighbours(vectors, word) for word in ASKED}
    columns = {"word": list(found)}
    for place, title in enumerate(("nearest", "second", "third")):
        columns[title] = [f"{near[place][0]} {decimal(near[place][1])}" for near in found.values()]
    return Table(columns, "; ".join(f"nearest to {word}: {near[0][0]}" for word, near in found.items()))


def _analogies(vectors: Array) -> Table:
    answers = {one[:3]: one for one in analogies(vectors)}
    shown = [answers[asked] for asked in SHOWN_ANALOGIES]
    return Table(
        {
            "is to": [f"{one.a} → {one.b}" for one in shown],
            "as": [f"{one.c} → ?" for one in shown],
            "nearest to b − a + c": [one.answer for one in shown],
            "right": ["yes" if one.answer == one.right else f"no: {one.right}" for one in shown],
        },
        "; ".join(f"{one.a} is to {one.b} as {one.c} is to {one.answer}" for one in shown),
    )


def _by_seed(runs: list[Trained]) -> Table:
    found = [(run, similarity(run.vectors), right_share(run.vectors)) for run in runs]
    return Table(
        {
            "seed": [run.seed for run, _, _ in found],
            "within a group": [decimal(s.within) for _, s, _ in found],
            "between groups": [decimal(s.between) for _, s, _ in found],
            f"analogies right, of {len(questions())}": [round(share * len(questions())) for _, _, share in found],
            "loss at the end": [decimal(run.loss) for run, _, _ in found],
        },
        f"{counted(len(runs), 'seed')}: similarity within and between groups, and analogies right",
    )
