"""Every page, run by Streamlit itself: cold, with settings in the address, and with broken ones."""

import ast
import importlib
import inspect
import re
import sys
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from streamlit.testing.v1 import AppTest

from experiments.live import LESSONS
from experiments.spec import Spec

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted((ROOT / "pages").glob("*.py"))
TIMEOUT = 120  # seconds; kernels may have to compile
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


class Held(NamedTuple):
    """A `variable = Settings(name, Spec)` of a page."""

    page: Path
    variable: str
    name: str
    spec: type[Spec]


def settings_of(page: Path) -> Iterator[Held]:
    tree = ast.parse(page.read_text(encoding="utf-8"))
    homes = {alias.name: node.module for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    for node in tree.body:
        match node:
            case ast.Assign([ast.Name(variable)], ast.Call(ast.Name("Settings"), [ast.Constant(name), ast.Name(spec)])):
                yield Held(page, variable, name, getattr(importlib.import_module(homes[spec]), spec))


SETTINGS = [held for page in PAGES for held in settings_of(page)]
assert {held.page for held in SETTINGS} == set(PAGES), "a page's settings are not found"


def claims_of(page: Path) -> list[str]:
    """The experiments that a page shows."""
    return re.findall(r'lesson\.experiment\("(\w+)"', page.read_text(encoding="utf-8"))


def experiments_of(page: Path) -> list[ModuleType]:
    """The modules whose `show` a page hands to its experiments."""
    source = page.read_text(encoding="utf-8")
    homes = {
        alias.name: importlib.import_module(f"{node.module}.{alias.name}")
        for node in ast.parse(source).body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("experiments.")
        for alias in node.names
        if (ROOT / (node.module or "").replace(".", "/") / f"{alias.name}.py").exists()
    }
    return [homes[name] for name in re.findall(r'lesson\.experiment\("\w+", .*\b(\w+)\.show\b', source)]


def takes_long(experiment: ModuleType) -> bool:
    return inspect.signature(experiment.show).return_annotation == "Iterator[Part]"


def steps_of(experiment: ModuleType) -> Iterator[tuple[ModuleType, str, Any]]:
    """Where it, and what it takes from modules that show nothing by themselves, says how many steps are trained."""
    found, more = {experiment}, [experiment]
    while more:
        module = more.pop()
        yield from ((module, name, v) for name, v in vars(module).items() if re.search(r"(^|_)STEPS$", name))
        homes = (v.__name__ if inspect.ismodule(v) else getattr(v, "__module__", None) for v in vars(module).values())
        used = {sys.modules[home] for home in homes if (home or "").startswith("experiments.")}
        new = {each for each in used - found if not hasattr(each, "show") or takes_long(each)}
        found |= new
        more += new


def run(page: Path, **address: str) -> AppTest:
    start = ROOT / "ui" / "navigation.py" if page.stem == "home" else page  # home links to pages: it needs the map
    app = AppTest.from_file(start, default_timeout=TIMEOUT)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def said(app: AppTest) -> list[str]:
    """What the page says that it has changed."""
    shown = "".join(element.proto.body for element in app.get("html"))
    return [
        unescape(note)
        for notes in re.findall(r'class="changes".*?</ul>', shown)
        for note in re.findall("<li>(.*?)</li>", notes)
    ]


@every_page
def test_a_page_runs_cold(page: Path) -> None:
    app = run(page)
    assert not app.exception
    assert not said(app)
    assert len(app.title) == 1


@every_page
def test_no_number_of_what_is_asked_is_missing(page: Path) -> None:
    """Before anything has run: a text that waits to be filled is not shown."""
    app = run(page)
    asked = [group.label for group in app.get("button_group")] + [text.value for text in app.markdown]
    shown = [element.proto.body for element in app.get("html")] + [header.value for header in app.header]
    assert not [text for text in (*asked, *shown) if re.search(r"\{\w+\}", text)]
    assert page.stem in ("home", "adviser") or any("Predict" in text for text in asked), "questions are not looked at"


@every_page
def test_links_beside_the_title_lead_to_all_parts_of_the_page(page: Path) -> None:
    """In their order; the experiments are one part, and the code at the end is none."""
    app = run(page)
    shown = "".join(element.proto.body for element in app.get("html"))
    (contents,) = re.findall(r'<nav class="parts".*?</nav>', shown) or [""]
    claims = [claim.lower() for claim in claims_of(page)]
    parts = [h.anchor for h in app.header if h.anchor not in (*claims[1:], "code", "elsewhere")]
    assert re.findall(r'href="#([\w-]+)"', contents) == (parts if claims else [])
    assert contents.count(">Experiments<") == bool(claims)


@pytest.mark.parametrize("held", SETTINGS, ids=lambda held: held.name)
def test_a_lens_finds_the_scenes_of_its_settings(held: Held) -> None:
    """By their name, and with their specification: else a dragged slider would draw nothing."""
    if f"live={held.variable}.live" in held.page.read_text(encoding="utf-8"):
        assert LESSONS[held.name][0] is held.spec


@pytest.mark.parametrize("held", SETTINGS, ids=lambda held: held.name)
def test_what_was_mended_is_said(held: Held) -> None:
    field = next(field.name for field in held.spec.fields() if field.options)
    (note,) = said(run(held.page, **{f"{held.name}_{field}": "nonsense"}))
    assert "not 'nonsense'" in note


@every_page
def test_a_page_is_short_and_does_no_arithmetic_of_its_own(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 120
    assert not arithmetic(source)


def arithmetic(source: str) -> list[str]:
    nodes = ast.walk(ast.parse(source))
    return [ast.unparse(node) for node in nodes if isinstance(node, ast.BinOp | ast.AugAssign)]


def test_arithmetic_is_found() -> None:
    assert arithmetic("y = f(2 * x)\ny -= 1\nz = sum(x)") == ["y -= 1", "2 * x"]


DIGIT = "handwritten digit"
CONVOLUTION = ROOT / "pages" / "convolution.py"


def test_settings_come_from_the_address() -> None:
    app = run(CONVOLUTION, convolution_filters="4", convolution_kernel="blur", convolution_use_bias="false")
    assert not said(app)
    assert app.session_state["convolution_filters"] == 4
    assert app.selectbox(key="convolution_kernel").value == "blur"
    assert app.checkbox(key="convolution_use_bias").value is False


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ({"convolution_filters": "99"}, "filters must be 1, 2, 3, 4, 6 or 8, not '99'. It is 1 now."),
        ({"convolution_strides": "0"}, "strides must be 1, 2 or 3, not '0'. It is 1 now."),
        ({"convolution_kernel_size": "big"}, "kernel_size must be a whole number, not 'big'. It is 3 now."),
        ({"convolution_groups": "3"}, "groups must divide"),
        ({"convolution_picture": "<script>"}, "picture must be"),
        ({"convolution_edits": "w99:1"}, "there is no cell 99 in the kernel"),
        (
            {
                "convolution_picture": "handwritten digit",
                "convolution_kernel_size": "7",
                "convolution_dilation_rate": "3",
            },
            "does not fit into (8, 8) cells",
        ),
    ],
)
def test_a_broken_address_is_mended_and_says_so(address: dict[str, str], rule: str) -> None:
    app = run(CONVOLUTION, **address)
    assert not app.exception
    assert len(said(app)) == 1
    assert rule in said(app)[0]
    right = run(CONVOLUTION)
    assert {app.session_state[key] for key in address} == {right.session_state[key] for key in address} or (
        len(address) > 1  # several values: only those that did not fit went back
    )


def test_the_message_goes_with_the_next_change() -> None:
    app = run(CONVOLUTION, convolution_filters="99")
    app.selectbox(key="convolution_kernel").select("blur").run()
    assert not said(app)


def test_another_kernel_takes_the_edits_along() -> None:
    app = run(CONVOLUTION, convolution_edits="w4:2.5")
    assert not said(app)
    app.selectbox(key="convolution_kernel").select("blur").run()
    assert said(app) == ["Gone: the weights that you changed, because kernel has changed."]
    assert app.session_state["convolution_edits"] == ""


def test_reset_and_surprise() -> None:
    app = run(CONVOLUTION, convolution_kernel="blur", convolution_filters="4", convolution_angle="45")
    app.button(key="convolution.reset").click().run()
    assert not app.exception
    assert app.selectbox(key="convolution_kernel").value == "edge"
    assert app.session_state["convolution_angle"] == 0
    seen = set()
    for _ in range(4):
        app.button(key="convolution.surprise").click().run()
        assert not app.exception
        assert not said(app)
        seen.add(str(app.session_state["convolution.spec"]))
    assert len(seen) > 1


def test_reset_gives_the_seed_its_default() -> None:
    app = run(CONVOLUTION, convolution_seed="7", convolution_kernel="random")
    assert app.session_state["convolution.spec"].seed == 7
    app.button(key="convolution.reset").click().run()
    assert app.session_state["convolution_seed"] == 0
    assert app.session_state["convolution.spec"] == type(app.session_state["convolution.spec"])()


def test_changed_weights_are_undone_alone() -> None:
    app = run(CONVOLUTION, convolution_edits="w4:2.5", convolution_strides="2")
    app.button(key="convolution.edits.undo").click().run()
    assert app.session_state["convolution.spec"].edits == ""
    assert app.session_state["convolution.spec"].strides == 2
    assert not [button for button in app.button if button.key == "convolution.edits.undo"]


@pytest.mark.parametrize("page", [page for page in PAGES if claims_of(page)], ids=lambda page: page.stem)
def test_every_experiment_is_revealed_by_a_guess(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for experiment in filter(takes_long, experiments_of(page)):  # what trains, trains a step
        training = list(steps_of(experiment))
        assert training, f"{experiment.__name__} takes long, and names no STEPS"
        for module, name, value in training:
            monkeypatch.setattr(module, name, dict.fromkeys(value, 1) if isinstance(value, dict) else 1)
    app, claims = run(page), claims_of(page)
    before = len(app.markdown)
    for claim in claims:
        pills = app.button_group(key=f"{claim}.prediction")
        pills.select(pills.options[0].content if hasattr(pills.options[0], "content") else pills.options[0]).run()
        assert not app.exception
    end = time.monotonic() + 2 * TIMEOUT
    while sum("Where it stops" in markdown.value for markdown in app.markdown) < len(claims):
        assert time.monotonic() < end
        time.sleep(0.2)
        app.run()
        assert not app.exception
    assert len(app.markdown) >= before + 3 * len(claims)
    assert sum("Where it stops" in markdown.value for markdown in app.markdown) == len(claims)


def test_an_experiment_tells_its_own_steps() -> None:
    """The lens's word has 5; the cell is kept for 200, and says so before the guess and after."""
    app = run(next(page for page in PAGES if page.stem == "lstm"))
    pills = app.button_group(key="LS1.prediction")
    pills.select(pills.options[0].content if hasattr(pills.options[0], "content") else pills.options[0]).run()
    told = [markdown.value for markdown in app.markdown if re.search(r"after \d+ steps", markdown.value)]
    asked = [words for words in told if "first cell" in words or "two first cells" in words]
    assert asked
    assert all("after 200 steps" in words for words in asked)
