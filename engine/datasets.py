"""Data sets, all there without a download.

Real data ships inside scikit-learn (digits, photographs, tumours, wines), matplotlib (recordings), Plotly (restaurant
bills), NetworkX (who came to which meeting) and Python itself (English). What is made by a rule says so: `court` and
`parcels`.

Every array is loaded when first asked for, kept, shared by all learners, and therefore read-only.

Alpaydin and Kaynak 1998, "Optical recognition of handwritten digits", doi:10.24432/C50P49
Bryant and Smith 1995, "Practical data analysis: case studies in business statistics" (the bills of one waiter)
Street, Wolberg and Mangasarian 1993 (tumours), "Nuclear feature extraction for breast tumor diagnosis",
doi:10.24432/C5DW2B
Aeberhard and Forina 1991 (wines), "Wine", doi:10.24432/C5PC7J
Davis, Gardner and Gardner 1941, "Deep South" (the meetings of 18 women in Natchez, Mississippi)
china.jpg: flickr.com/photos/danielbuechele/6061409035, CC BY 2.0
flower.jpg: flickr.com/photos/vultilion/6056698931, CC BY 2.0
"""

import csv
import gzip
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from pydoc_data.topics import topics
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from PIL import Image

from engine.arrays import Array, read_only
from engine.checks import check_integer

PHOTOGRAPHS = ("china", "flower")
RECORDINGS = ("membrane potential", "EEG", "share price")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LARGEST = 256  # a bound on what one learner can make the server keep


class Digits(NamedTuple):
    images: Array  # (1797, 8, 8, 1)  float32, 0 paper … 1 ink
    labels: Array  # (1797,)  0 … 9


class Crop(NamedTuple):
    photograph: str
    box: tuple[int, int, int, int]  # left, top, right, bottom in pixels; a square


# Squares whose edges stay clear at 24 to 64 pixels
CROPS = MappingProxyType(
    {
        "temple": Crop("china", (60, 20, 360, 320)),  # strokes in every direction before an empty sky
        "roof": Crop("china", (90, 25, 325, 260)),  # one bright diagonal, dark eaves
        "gallery": Crop("china", (170, 90, 330, 250)),  # posts and beams: vertical and horizontal edges
        "flower": Crop("flower", (158, 74, 458, 374)),  # a disc on black, texture inside
        "petals": Crop("flower", (340, 120, 470, 250)),  # a few long curves, half of the picture empty
        "heart": Crop("flower", (258, 172, 358, 272)),  # rings and corners
    }
)


@cache
def digits() -> Digits:
    """1797 handwritten digits of 8 × 8 pixels."""
    table = np.loadtxt(_folder("sklearn") / "datasets" / "data" / "digits.csv.gz", delimiter=",")
    pixels, labels = table[:, :-1], table[:, -1]
    # a pixel counts the inked dots of a 4 × 4 block: 0 … 16
    images = (pixels / 16).reshape(-1, 8, 8, 1).astype(np.float32)
    return Digits(read_only(images), read_only(labels.astype(np.int64)))


@cache
def photograph(name: str) -> Array:
    """(427, 640, 3): "china" or "flower", red, green and blue from 0 to 1, in float64 as all that is looked at."""
    return read_only(np.asarray(_open(name)) / 255.0)


@lru_cache(maxsize=128)
def crop(name: str, size: int = 48, grey: bool = True) -> Array:
    """(size, size, 1), or (size, size, 3) in colour: one of `CROPS`, made smaller, from 0 to 1 in float64.

    Grey is luminance, 0.299 R + 0.587 G + 0.114 B (ITU-R 601).
    """
    if name not in CROPS:
        raise ValueError(f"a crop must be one of {', '.join(CROPS)}, not {name!r}")
    if check_integer("size", size) > LARGEST:
        raise ValueError(f"size must be at most {LARGEST} pixels, not {size}")
    source, box = CROPS[name]
    image = _open(source).crop(box)
    image = (image.convert("L") if grey else image).resize((size, size), Image.Resampling.LANCZOS)
    return read_only((np.asarray(image) / 255.0).reshape(size, size, 1 if grey else 3))


@lru_cache(maxsize=16)
def small_photograph(name: str, height: int = 48) -> Array:
    """(height, width, 1): the whole photograph in grey, made smaller, from 0 to 1 in float64."""
    if check_integer("height", height) > LARGEST:
        raise ValueError(f"height must be at most {LARGEST} pixels, not {height}")
    image = _open(name).convert("L")
    width = round(height * image.width / image.height)
    return read_only(np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))[..., None] / 255.0)


@cache
def recording(name: str) -> Array:
    """(samples,), float64: one of `RECORDINGS`, in the units that it was stored in.

    A nerve cell's membrane potential; the first of four electrodes on a head; Google's shares from 2004 to 2008, a
    number for each day of trading.
    """
    folder = _folder("matplotlib") / "mpl-data" / "sample_data"
    if name == "membrane potential":
        return read_only(np.fromfile(folder / "membrane.dat", "<f4").astype(np.float64))
    if name == "EEG":
        return read_only(np.fromfile(folder / "eeg.dat", "<f8").reshape(-1, 4)[:, 0].copy())
    if name == "share price":
        with np.load(folder / "goog.npz") as file:
            return read_only(file["price_data"]["adj_close"].astype(np.float64))
    raise ValueError(f"a recording must be one of {', '.join(RECORDINGS)}, not {name!r}")


@cache
def english(topic: str) -> str:
    """A chapter of Python's own handbook. Lines and gaps are joined by single spaces."""
    if topic not in topics:
        raise ValueError(f"there is no chapter {topic!r}")
    return " ".join(topics[topic].split())


class Person(NamedTuple):
    royal: bool
    male: bool
    young: bool


PEOPLE = MappingProxyType(
    {
        "king": Person(True, True, False),
        "queen": Person(True, False, False),
        "man": Person(False, True, False),
        "woman": Person(False, False, False),
        "prince": Person(True, True, True),
        "princess": Person(True, False, True),
        "boy": Person(False, True, True),
        "girl": Person(False, False, True),
    }
)


class Corpus(NamedTuple):
    words: tuple[str, ...]  # a word's number is its place here
    sentences: tuple[tuple[int, ...], ...]  # words by their numbers


@cache
def court() -> Corpus:
    """26 words in 72 sentences, made by a rule: nine sentences on each of eight people.

    Who is royal lives in a palace and wears a crown, others a village and a hat; who is old works, who is young plays;
    he wears a beard, she a dress. Nowhere is it said that a queen is a royal woman.
    """
    words = (
        *("the", "old", "king", "lives", "in", "palace", "young", "queen", "man", "woman", "village", "a", "he", "she"),
        *("is", "works", "plays", "prince", "princess", "boy", "girl", "wears", "crown", "hat", "beard", "dress"),
    )
    number = {word: index for index, word in enumerate(words)}
    sentences = [sentence for name, person in PEOPLE.items() for sentence in _on(name, person)]
    return Corpus(words, tuple(tuple(number[word] for word in sentence.split()) for sentence in sentences))


def _on(name: str, person: Person) -> tuple[str, ...]:
    """The sentences on one person."""
    age, does = ("young", "plays") if person.young else ("old", "works")
    he, has = ("he", "beard") if person.male else ("she", "dress")
    place, hat = ("palace", "crown") if person.royal else ("village", "hat")
    return (
        f"the {name} is {age}",
        f"{he} is a {name}",
        f"{he} is a {age} {name}",
        f"the {name} {does}",
        f"{he} {does} in the {place}",
        f"the {name} lives in the {place}",
        f"the {age} {name} lives in the {place}",
        f"the {name} wears a {hat}",
        f"the {name} wears a {has}",
    )


class Parcels(NamedTuple):
    ordered: Array  # (N,)  0 Mon … 6 Sun
    arrived: Array  # (N,)


def parcels(seed: int, count: int = 2000) -> Parcels:
    """Made by a rule: a parcel that is wanted for a day comes on that day, or, half of them, a day early or late."""
    rng = np.random.default_rng(seed)
    ordered = rng.integers(0, 7, count)
    return Parcels(ordered, (ordered + rng.choice([-1, 0, 1], count, p=[0.25, 0.5, 0.25])) % 7)


class Bills(NamedTuple):
    """What one waiter noted of 244 tables."""

    days: tuple[str, ...]  # that he worked on
    day: Array  # (244,)  a number in `days`
    dinner: Array  # (244,)  bool; else lunch
    guests: Array  # (244,)
    smokers: Array  # (244,)  bool: somebody smoked


@cache
def bills() -> Bills:
    """The data set "tips", in the order in which it is stored."""
    path = _folder("plotly") / "package_data" / "datasets" / "tips.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    stored = {"Thur": "Thu", "Fri": "Fri", "Sat": "Sat", "Sun": "Sun"}
    days = tuple(stored.values())
    return Bills(
        days,
        read_only(np.array([days.index(stored[row["day"]]) for row in rows])),
        read_only(np.array([row["time"] == "Dinner" for row in rows])),
        read_only(np.array([int(row["size"]) for row in rows])),
        read_only(np.array([row["smoker"] == "Yes" for row in rows])),
    )


class Tumours(NamedTuple):
    """569 tumours of the breast, measured on cells under a microscope."""

    names: tuple[str, ...]  # of the measurements
    x: Array  # (569, 30)  float64: mean, error and worst of ten measurements
    malignant: Array  # (569,)  bool; else benign


MEASURED = (
    *("radius", "texture", "perimeter", "area", "smoothness"),
    *("compactness", "concavity", "concave points", "symmetry", "fractal dimension"),
)


@cache
def tumours() -> Tumours:
    """The data set "breast cancer" of Wisconsin, in the order in which it is stored."""
    path = _folder("sklearn") / "datasets" / "data" / "breast_cancer.csv"
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    names = tuple(f"{kind} {name}" for kind in ("mean", "error", "worst") for name in MEASURED)
    # stored as 0 malignant, 1 benign
    return Tumours(names, read_only(table[:, :-1].copy()), read_only(table[:, -1] == 0))


class Wines(NamedTuple):
    """178 wines from one region of Italy, by what was measured in them."""

    x: Array  # (178, 13)  float64: alcohol, acids, minerals, colour and so on
    grape: Array  # (178,)  0, 1, 2: from which of three grapes


@cache
def wines() -> Wines:
    """The data set "wine", in the order in which it is stored."""
    path = _folder("sklearn") / "datasets" / "data" / "wine_data.csv"
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    return Wines(read_only(table[:, :-1].copy()), read_only(table[:, -1].astype(np.int64)))


class Attendance(NamedTuple):
    women: tuple[str, ...]
    meetings: tuple[str, ...]
    came: Array  # (89, 2)  the number of a woman, and of a meeting where she was seen


@cache
def attendance() -> Attendance:
    """Which of 18 women came to which of 14 meetings."""
    from networkx import davis_southern_women_graph  # takes a quarter of a second to import

    graph = davis_southern_women_graph()
    women, meetings = tuple(graph.graph["top"]), tuple(graph.graph["bottom"])
    came = [
        (w, m) for w, woman in enumerate(women) for m, meeting in enumerate(meetings) if graph.has_edge(woman, meeting)
    ]
    return Attendance(women, meetings, read_only(np.array(came)))


class Club(NamedTuple):
    edges: Array  # (78, 2)  members who met outside of the club
    side: Array  # (34,)  0: stayed with the instructor, member 0; 1: went with the president, member 33


@cache
def karate_club() -> Club:
    """Zachary 1977, "An information flow model for conflict and fission in small groups": before the club split."""
    from networkx import karate_club_graph  # takes a quarter of a second to import

    graph = karate_club_graph()
    side = [int(graph.nodes[member]["club"] != "Mr. Hi") for member in range(len(graph))]
    return Club(read_only(np.array(graph.edges)), read_only(np.array(side)))


def _open(name: str) -> Image.Image:
    if name not in PHOTOGRAPHS:
        raise ValueError(f"a photograph must be one of {', '.join(PHOTOGRAPHS)}, not {name!r}")
    with Image.open(_folder("sklearn") / "datasets" / "images" / f"{name}.jpg") as image:
        return image.convert("RGB")


def _folder(package: str) -> Path:
    # find_spec locates a package without importing it: that takes a second, the files are all we want
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"some data sets ship with {package}, which is not installed")
    return Path(spec.origin).parent
