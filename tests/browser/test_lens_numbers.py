"""The lens has the numbers of Python: the same bytes, the same sums, the same verdicts."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.gradient_check import Verdict
from experiments.scene import FUNCTIONS, evaluate, pack, terms, values
from tests.engine.test_gradient_check import RULE
from tests.scenes import SCENES
from ui import assets

STUDY = (Path(__file__).parent / "component_pages" / "study.js").read_text()


@pytest.mark.parametrize("name", list(SCENES))
def test_the_browser_has_the_same_bytes_and_the_same_sums(name: str, open_page: Any, lens_address: str) -> None:
    scene = SCENES[name]()
    page = open_page(f"{lens_address}/_stcore/health").page
    payload = base64.b64encode(pack(scene)).decode()
    study = page.evaluate(STUDY, {"base": f"/assets/{assets.version()}", "payload": payload})
    liars = 0
    for frame, there in enumerate(study["frames"]):
        for grid in scene.grids:
            assert there["grids"][grid.id] == np.ascontiguousarray(values(scene, grid.id, frame)).tobytes().hex()
        for step, mine in zip(scene.steps, there["steps"], strict=True):
            results = np.array([float(text.replace("Infinity", "inf")) for text in mine["results"]])
            sizes = np.nan_to_num([float(text.replace("Infinity", "inf")) for text in mine["sizes"]])
            expected = np.asarray(evaluate(scene, step, frame), np.float64)
            np.testing.assert_array_less(np.abs(np.nan_to_num(results - expected)), 1e-12 * sizes + 1e-300)
            assert (np.isnan(results) == np.isnan(expected)).all()
            liars += mine["agree"].count(False)
    assert liars == (1 if name == "wrong" else 0)
    for group in study["turned"]:
        assert group["back"] == [group["there"]] * len(group["back"])


def test_python_and_browser_count_the_same_terms(open_page: Any, lens_address: str) -> None:
    scene = SCENES["strided"]()
    page = open_page(f"{lens_address}/_stcore/health").page
    study = page.evaluate(
        STUDY, {"base": f"/assets/{assets.version()}", "payload": base64.b64encode(pack(scene)).decode()}
    )
    groups = [group for step in scene.steps for group in getattr(step, "groups", ())]
    assert [group["count"] for group in study["turned"]] == [len(terms(group.index).cell) for group in groups]


def test_every_named_function_has_its_twin(open_page: Any, lens_address: str) -> None:
    page = open_page(f"{lens_address}/_stcore/health").page
    found = page.evaluate(
        """async (base) => {
          const { FUNCTIONS } = await import(`${base}/lens/functions.js`)
          const at = [[0.3, 0.7], [-1.2, 2.5], [2.0, -0.4]]
          return Object.fromEntries(Object.entries(FUNCTIONS).map(([name, { f, slope }]) => {
            const slopes = at.map((x) => slope.map((s, i) => {
              const up = [...x], down = [...x]
              up[i] += 1e-6
              down[i] -= 1e-6
              return s(...x) - (f(...up) - f(...down)) / 2e-6
            }))
            return [name, { values: at.map((x) => f(...x)), slopes: slopes.flat(), arguments: slope.length }]
          }))
        }""",
        f"/assets/{assets.version()}",
    )
    assert set(found) == set(FUNCTIONS)
    a, b = np.array([0.3, -1.2, 2.0]), np.array([0.7, 2.5, -0.4])
    for name, twin in found.items():
        with np.errstate(invalid="ignore"):
            expected = FUNCTIONS[name](*(a, b)[: twin["arguments"]])
        mine = np.array([np.nan if v is None else v for v in twin["values"]], float)
        np.testing.assert_allclose(mine, expected, rtol=1e-14)
        slopes = np.array([0.0 if v is None else v for v in twin["slopes"]], float)
        np.testing.assert_allclose(np.nan_to_num(slopes), 0, atol=1e-7, err_msg=name)


def test_the_verdict_on_a_gradient_is_the_engines(open_page: Any, lens_address: str) -> None:
    """Only two exact zeros are told apart: differences cannot check them, and yet they agree."""
    page = open_page(f"{lens_address}/_stcore/health").page
    found = page.evaluate(
        """async ({ base, cases }) => {
          const { agreement } = await import(`${base}/lens/checks.js`)
          return cases.map(([analytic, numeric, loss]) => agreement(analytic, numeric, loss).ok)
        }""",
        {"base": f"/assets/{assets.version()}", "cases": [case[:3] for case in RULE]},
    )
    expected = {Verdict.AGREES: True, Verdict.DISAGREES: False, Verdict.TOO_SMALL: None}
    assert found == [True if case[:2] == (0, 0) else expected[case[3]] for case in RULE]
