"""Arrows run one way: pages → ui, pages → experiments → engine. ui knows arrays, never a layer."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {"app", "pages", "ui", "experiments", "engine", "tests", "benchmarks"}
BROWSER = {"streamlit", "plotly", "matplotlib", "starlette"}
MAY_IMPORT = {
    "engine": {"engine"},
    "experiments": {"experiments", "engine"},
    "ui": {"ui"} | BROWSER,
    "pages": {"ui", "experiments", "engine", "streamlit"},
}
TESTS_ONLY = {"torch", "keras", "pytest", "playwright"}


def imported(path: Path) -> set[str]:
    """The first names of all modules that a file imports, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def files(room: str) -> list[Path]:
    found = sorted((ROOT / room).rglob("*.py"))
    assert found, f"{room}/ has no files: the test looks in the wrong place"
    return found


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    watched = ROOMS | BROWSER
    wrong = {
        str(path.relative_to(ROOT)): sorted(names)
        for path in files(room)
        if (names := (imported(path) & watched) - MAY_IMPORT[room])
    }
    assert not wrong


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_what_only_tests_need_is_not_imported_at_run_time(room: str) -> None:
    assert not {str(path): names for path in files(room) if (names := imported(path) & TESTS_ONLY)}


def test_a_forbidden_import_is_found(tmp_path: Path) -> None:
    (tmp_path / "layer.py").write_text("def f():\n    from streamlit import slider\n    import torch.nn\n")
    assert imported(tmp_path / "layer.py") == {"streamlit", "torch"}


def test_the_engine_starts_without_heavy_libraries() -> None:
    """Importing a lesson's experiments must not pull in what takes a second to import."""
    heavy = {"sklearn", "pandas", "matplotlib", "plotly", "streamlit"}
    code = f"import sys, experiments.convolution.scene; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
