"""docs/claims.md: every claim has its page, the functions that the page calls, and tests of these very functions."""

import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
HEADER = ("id", "page", "experiment", "tests", "measured effect")
PROMISED = {  # what the lessons set out to show: so many claims each
    "BP": 4, "DN": 4, "CV": 8, "PL": 5, "FL": 1, "TC": 5, "EM": 4, "RN": 5, "LS": 6, "GR": 4, "BN": 6, "LN": 4, "GC": 6,
    "DO": 6, "RG": 6, "WW": 2,
}  # fmt: skip
OPEN = {"WW2"}  # promised, and perhaps not there yet


class Claim(NamedTuple):
    id: str
    page: str
    functions: tuple[str, ...]  # experiments/…/x.py:function
    tests: tuple[str, ...]  # pytest's node ids
    effect: str


def claims(markdown: str) -> list[Claim]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines() if line[:1] == "|"]
    assert tuple(rows[0]) == HEADER
    return [Claim(id_, page, tuple(f.split()), tuple(t.split()), effect) for id_, page, f, t, effect in rows[2:]]


CLAIMS = claims((ROOT / "docs" / "claims.md").read_text(encoding="utf-8"))
every_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)


def told(id_: str, words: str) -> list[float]:
    """The numbers that stand for the # in these words of a claim's effect: told("CV3", "# parameters against #")."""
    number = r"(−?[\d,]*\d(?:\.\d+)?)"
    effect = next(claim.effect for claim in CLAIMS if claim.id == id_)
    found = re.search(re.escape(words).replace(r"\#", number), effect)
    assert found, f"{id_} does not say {words!r}"
    return [float(text.replace(",", "").replace("−", "-")) for text in found.groups()]


def spread(values: Iterable[float]) -> list[float]:
    """What a claim tells of its seeds: the median, the smallest and the largest."""
    found = np.array(list(values), np.float64)
    return [float(np.median(found)), float(found.min()), float(found.max())]


def check_page(claim: Claim) -> None:
    """The page hands the claim to a `show` from the module of one of the functions; it, page or lens calls each."""
    page = (ROOT / claim.page).read_text(encoding="utf-8")
    experiment = re.search(rf'lesson\.experiment\("{claim.id}", .*\b(\w+)\.show\b', page)
    assert experiment
    files = [function.split(":")[0] for function in claim.functions]
    file = next(file for file in files if Path(file).stem == experiment[1])
    package = file.rsplit("/", 1)[0].replace("/", ".")
    assert re.search(rf"^from {package} import .*\b{experiment[1]}\b", page, re.MULTILINE)
    show = inspect.getsource(importlib.import_module(file.removesuffix(".py").replace("/", ".")).show)
    for function in claim.functions:
        name = function.split(":")[1]
        assert re.search(rf"\b{name}\(|\bunder_the_lens\(settings, {name}, ", page + show)


def check_functions(claim: Claim) -> None:
    assert claim.functions
    for function in claim.functions:
        path, name = function.split(":")
        module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
        assert callable(getattr(module, name))


def check_tests(claim: Claim) -> None:
    """Each function is called in one of the tests' files."""
    sources = "".join((ROOT / test.split("::")[0]).read_text(encoding="utf-8") for test in claim.tests)
    for function in claim.functions:
        assert re.search(rf"\b{function.split(':')[1]}\(", sources)


def collected(tests: Sequence[str]) -> bool:
    """Whether pytest finds all of them."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


@every_claim
def test_the_page_runs_the_experiment(claim: Claim) -> None:
    check_page(claim)


@every_claim
def test_the_functions_exist(claim: Claim) -> None:
    check_functions(claim)


@every_claim
def test_its_tests_call_them(claim: Claim) -> None:
    check_tests(claim)


def test_pytest_finds_every_test() -> None:
    assert collected([test for claim in CLAIMS for test in claim.tests])
    assert not collected([CLAIMS[0].tests[0] + "_that_is_not_there"])


def test_every_claim_has_one_row_with_a_number_in_its_effect() -> None:
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)
    assert all(re.search(r"\d", claim.effect) for claim in CLAIMS)


def test_what_was_promised_is_there() -> None:
    promised = {f"{lesson}{number}" for lesson, count in PROMISED.items() for number in range(1, count + 1)}
    assert promised >= OPEN
    assert promised - OPEN <= {claim.id for claim in CLAIMS}


def test_every_experiment_on_a_page_has_its_row() -> None:
    shown = {
        id_
        for page in (ROOT / "pages").glob("*.py")
        for id_ in re.findall(r'lesson\.experiment\("(\w+)"', page.read_text(encoding="utf-8"))
    }
    assert shown == {claim.id for claim in CLAIMS}


def untold(rows: Iterable[Claim], sources: Iterable[str]) -> set[str]:
    """Claims whose numbers no test computes again: with a number in the effect, and no told("ID" anywhere."""
    named = {id_ for source in sources for id_ in re.findall(r'\btold\(\s*"(\w+)"', source)}
    return {claim.id for claim in rows if re.search(r"\d", claim.effect)} - named


def test_every_claims_numbers_are_computed_again() -> None:
    files = [file for file in (ROOT / "tests").rglob("test_*.py") if file != Path(__file__)]
    assert not untold(CLAIMS, (file.read_text(encoding="utf-8") for file in files))
    one = CLAIMS[0]
    assert untold([one], [f'assert told("{one.id}0", "#")', f"# {one.id}"]) == {one.id}
    assert not untold([one], [f'assert told(\n    "{one.id}", "#")'])
    assert not untold([one._replace(effect="holds")], [])


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (check_page, {"id": "CV999"}),
        (check_page, {"page": "pages/no_such_page.py"}),
        (check_page, {"functions": ("experiments/convolution/presets.py:kernel_bank",)}),
        (check_functions, {"functions": ("experiments/convolution/no_such_module.py:f",)}),
        (check_functions, {"functions": ("experiments/convolution/shift.py:no_such_function",)}),
        (check_functions, {"functions": ()}),
        (check_tests, {"tests": ("tests/engine/test_arrays.py::test_leaves",)}),
        (check_tests, {"tests": ("tests/no_such_file.py::test_x",)}),
    ],
)
def test_a_wrong_row_is_found(check, wrong) -> None:
    right = CLAIMS[0]
    check(right)
    with pytest.raises((AssertionError, OSError, ImportError, AttributeError, StopIteration)):
        check(right._replace(**wrong))
