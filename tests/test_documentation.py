"""The documents say what is so: links lead somewhere, commands exist, the guides work when followed to the letter."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_import_directions import imported

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
# /home/lab: the user of the image
MACHINE = re.compile(r"(?<![\w.])/(?:home(?!/lab/)|root|tmp|work|Users|mnt|opt)/|[A-Z]:\\")
IMPORT_NAMES = {"scikit-learn": "sklearn", "pillow": "PIL", "axe-playwright-python": "axe_playwright_python"}
NOT_IMPORTED = ("ruff", "mypy")  # commands


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def broken_links(text: str, folder: Path) -> list[str]:
    """Relative links and pictures that lead to no file, or to no heading of a file."""
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        path = folder / name
        if not path.exists() or (heading and heading not in anchors(read(path) if name else text)):
            broken.append(target)
    return broken


def anchors(markdown: str) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@every_document
def test_links_lead_somewhere(document: Path) -> None:
    assert not broken_links(read(document), document.parent)


def test_a_broken_link_is_found() -> None:
    text = "[a](no/such.md) [b](README.md) [c](#here) [d](#there) [e](https://example.org)\n# Here"
    assert broken_links(text, ROOT) == ["no/such.md", "#there"]


@every_document
def test_no_path_of_a_machine(document: Path) -> None:
    assert not MACHINE.findall(read(document))
    assert MACHINE.search("see /home/someone/x")


@every_document
def test_files_that_are_named_exist(document: Path) -> None:
    """`engine/layers/scale.py` and its like are made by following a guide."""
    text = re.sub(r"```.*?```", "", read(document), flags=re.DOTALL)
    named = re.findall(
        r"`((?:app|assets|benchmarks|docs|engine|experiments|pages|tests|ui)/[\w/.]+\.(?:py|js|md|css))`", text
    )
    made = {path for guide in GUIDES for path in guide}
    assert not [
        path for path in named if not (ROOT / path).exists() and path not in made | {"tests/engine/test_scale.py"}
    ]


def test_commands_of_the_readme_exist() -> None:
    used = {command for path in DOCUMENTS for command in re.findall(r"(?:`|^    )make (\w+)", read(path), re.MULTILINE)}
    targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
    assert used
    assert used <= targets
    assert all(f"\n    make {command}\n" in read(ROOT / "README.md") for command in ("run", "test"))
    assert "make test" in read(ROOT / ".ci" / "run")


@pytest.mark.parametrize(
    ("requirements", "rooms"),
    [
        ("requirements.txt", ("app.py", "engine", "experiments", "ui", "pages")),
        ("requirements-test.txt", ("tests", "benchmarks")),
    ],
)
def test_every_pinned_package_is_imported_or_explained(requirements: str, rooms: tuple[str, ...]) -> None:
    used = set()
    for room in rooms:
        for path in [ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"):
            used |= imported(path)
    for line in read(ROOT / requirements).splitlines():
        if line.startswith(("#", "-")) or not line.strip():
            continue
        package, reason = re.fullmatch(r"([\w-]+)==[\w.+]+\s*(?:# (.*))?", line.strip()).groups()
        assert IMPORT_NAMES.get(package, package) in used or reason or package in NOT_IMPORTED, package


# -------------------------------------------------------------------------------- the guides, followed to the letter


def blocks(name: str) -> dict[str, str]:
    """Path → text of every block of a guide that names its file."""
    found = re.findall(r'^```\w+ title="(.+?)"\n(.*?)^```$', read(ROOT / "docs" / name), re.MULTILINE | re.DOTALL)
    assert found
    return dict(found)


LAYER, LESSON, EXPERIMENT = GUIDES = [blocks(f"adding-{what}.md") for what in ("a-layer", "a-lesson", "an-experiment")]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the layer, the lesson and the experiment of the guides."""
    folder = tmp_path_factory.mktemp("followed") / "project"
    folder.mkdir()
    for name in ("assets", "benchmarks", "docs", "engine", "experiments", "pages", "tests", "ui"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("app.py", "pyproject.toml", ".streamlit"):
        source = ROOT / name
        shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy2(source, folder)

    def change(path: str, old: str, new: str) -> None:
        text = read(folder / path)
        assert text.count(old) >= 1, f"{path} has no {old!r}"
        (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    for guide in (LAYER, LESSON):
        for path, text in guide.items():
            if not (folder / path).exists():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text, encoding="utf-8")
    # what the guides say in words
    change(
        "engine/layers/__init__.py", "__all__ = [", f'{LAYER["engine/layers/__init__.py"]}\n__all__ = [\n    "Scale",'
    )
    change("tests/cases.py", "    ReLU,\n", "    ReLU,\n    Scale,\n")
    change("tests/cases.py", "CASES = (\n", f"CASES = (\n    {LAYER['tests/cases.py'].strip()},\n")
    for path, old in {
        "benchmarks/cases.py": "LAYERS: Mapping[str, tuple[tuple[Layer, Shape], tuple[Layer, Shape]]] = {\n",
        "benchmarks/pytorch.py": "functions: dict[type[Layer], Callable[..., Tensor]] = {\n",
    }.items():
        change(path, "    ReLU,\n", "    ReLU,\n    Scale,\n")
        change(path, old, f"{old}    {LAYER[path]}")
    change("ui/contents.py", "SECTIONS = {\n", 'SECTIONS = {\n    "New": (Lesson("scale", "Scale"),),\n')
    change("assets/lessons/home.md", "### Foundations", "### New\n\nA section of one.\n\n### Foundations")
    change("assets/lessons/home.md", "### convolution", "### scale\n\nOne number times every pixel.\n\n### convolution")
    change(
        "experiments/live.py",
        "from experiments.scene",
        f"{LESSON['experiments/live.py: imports']}from experiments.scene",
    )
    change("experiments/live.py", "    {", f"    {{{LESSON['experiments/live.py'].strip()} ")
    path = "experiments/scale/growth.py"
    (folder / path).write_text(EXPERIMENT[path], encoding="utf-8")
    path = "tests/experiments/scale/test_claims.py"
    (folder / path).write_text(EXPERIMENT[path], encoding="utf-8")
    before = "## Check yourself"
    change("assets/lessons/scale.md", before, f"{EXPERIMENT['assets/lessons/scale.md']}\n{before}")
    change("pages/scale.py", "    spec = microscope()\n", f"    spec = microscope()\n{EXPERIMENT['pages/scale.py']}")
    scale = "from experiments.scale.scene import"
    change("pages/scale.py", scale, f"{EXPERIMENT['pages/scale.py: imports']}{scale}")
    (folder / "docs" / "claims.md").write_text(read(folder / "docs" / "claims.md") + EXPERIMENT["docs/claims.md"])
    return folder


def passes(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--numprocesses=0", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_layer_of_the_guide_keeps_every_promise(copy: Path) -> None:
    passes(copy, "tests/engine/test_contract.py", "-k", "scale or row or public")
    passes(copy, "tests/benchmarks/test_engine.py", "-k", "Scale or line")


def test_the_lesson_and_the_experiment_of_the_guides_run(copy: Path) -> None:
    passes(copy, "tests/pages", "tests/experiments/scale", "-k", "scale or home")
    contents = "tests/ui/test_navigation.py", "tests/ui/test_prose.py"  # where lessons and texts are listed
    passes(copy, *contents, "tests/test_claims_table.py", "tests/test_import_directions.py")


def test_the_experiment_of_the_guide_is_drawn(copy: Path) -> None:
    code = """
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("pages/scale.py", default_timeout=60).run()
pills = app.button_group(key="SC1.prediction")
pills.select(pills.options[1].content if hasattr(pills.options[1], "content") else pills.options[1]).run()
assert not app.exception, app.exception
assert any("4.00 times as much" in markdown.value for markdown in app.markdown), app.markdown
"""
    subprocess.run([sys.executable, "-c", code], cwd=copy, check=True)


def test_the_code_of_the_guides_is_in_the_style_of_the_project(copy: Path) -> None:
    whole = [path for guide in GUIDES for path in guide if path.endswith(".py") and "scale" in path]
    for command in (["check"], ["format", "--check"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *whole], cwd=copy, check=True)
