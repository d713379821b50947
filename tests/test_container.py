"""The Dockerfile, as far as it can be checked without an engine that builds it."""

import fnmatch
import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import NamedTuple

from tests.test_import_directions import ROOMS, imported

ROOT = Path(__file__).parent.parent


class Step(NamedTuple):
    word: str  # FROM, RUN, COPY …
    rest: str


def steps(text: str) -> list[Step]:
    """The instructions, each on one line, without comments."""
    lines = re.sub(r"\\\n\s*", "", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [Step(*line.strip().split(" ", 1)) for line in lines if line.strip()]


STEPS = steps((ROOT / "Dockerfile").read_text(encoding="utf-8"))
COPIED = [source for step in STEPS if step.word == "COPY" for source in step.rest.split()[:-1]]


def only(word: str) -> str:
    (found,) = [step.rest for step in STEPS if step.word == word]
    return found


def place(word: str, beginning: str) -> int:
    """The number of the one step that begins so."""
    (found,) = [i for i, step in enumerate(STEPS) if step.word == word and step.rest.startswith(beginning)]
    return found


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path at the root from the build."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    assert not any(pattern.startswith("!") for pattern in patterns)
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def test_the_instructions_are_read() -> None:
    text = "# a\nFROM x\n\nRUN a \\\n    && b\n  # c\nCMD []\n"
    assert steps(text) == [Step("FROM", "x"), Step("RUN", "a && b"), Step("CMD", "[]")]


def test_all_that_is_copied_exists_and_reaches_the_build() -> None:
    assert COPIED
    assert not [source for source in COPIED if not (ROOT / source).exists() or ignored(source)]
    assert all(ignored(path) for path in (".git", ".venv", ".mypy_cache", "tests"))


def test_all_that_the_app_imports_is_copied() -> None:
    used = {"app"}
    for source in COPIED:
        for path in [ROOT / source] if source.endswith(".py") else (ROOT / source).rglob("*.py"):
            used |= imported(path) & ROOMS
    assert used == {Path(source).stem for source in COPIED} & (ROOMS - {"pages"})
    assert {"pages", "assets", ".streamlit"} <= set(COPIED)  # read, not imported


def test_a_change_of_the_code_installs_nothing_again() -> None:
    copied = place("COPY", "requirements.txt")
    installed = place("RUN", "pip install")
    assert "-r requirements.txt" in STEPS[installed].rest
    assert copied < installed < min(i for i, step in enumerate(STEPS) if step.word == "COPY" and i != copied)


def test_whoever_runs_it_is_not_root_and_owns_the_compiled_kernels() -> None:
    user = only("USER")
    assert user not in ("root", "0")
    place("RUN", f"useradd --create-home {user}")
    environment = dict(pair.split("=", 1) for pair in shlex.split(only("ENV")))
    assert environment["NUMBA_CACHE_DIR"].startswith(f"/home/{user}/")
    compiled = next(i for i, step in enumerate(STEPS) if "warm_up()" in step.rest)
    assert place("USER", user) < compiled
    assert place("COPY", "engine") < compiled
    assert not any("--chown" in step.rest for step in STEPS if step.word == "COPY")  # the code is not the user's


def test_it_listens_where_it_is_asked_and_is_asked_for_its_health() -> None:
    command = json.loads(only("CMD"))
    assert command[:2] == ["streamlit", "run"]
    assert command[2] in COPIED
    options = dict(zip(command[3::2], command[4::2], strict=True))
    assert options["--server.address"] == "0.0.0.0"
    port = options.get("--server.port", "8501")
    assert only("EXPOSE") == port
    question = json.loads(only("HEALTHCHECK").split(" CMD ", 1)[1])
    assert question[:2] == ["python", "-c"]
    assert f"http://127.0.0.1:{port}/_stcore/health" in question[2]
    compile(question[2], "HEALTHCHECK", "exec")


def test_the_readme_runs_it_read_only_with_what_it_writes_to() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^ +(docker run --read-only .*)$", readme, re.MULTILINE)
    words = shlex.split(command)
    environment = dict(pair.split("=", 1) for pair in shlex.split(only("ENV")))
    assert words[words.index("-v") + 1] == environment["NUMBA_CACHE_DIR"]
    assert words[words.index("--tmpfs") + 1] == "/tmp"  # uploads
    assert words[words.index("-p") + 1].split(":")[1] == only("EXPOSE")


def test_nothing_is_reported_and_nobody_outside_is_asked() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert "--browser.serverAddress" in json.loads(only("CMD"))


def test_python_is_one_that_the_project_takes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    least = tuple(map(int, re.findall(r"\d+", project["requires-python"])))
    image = re.fullmatch(r"python:(\d+)\.(\d+)-slim", only("FROM"))
    assert image
    assert tuple(map(int, image.groups())) >= least
