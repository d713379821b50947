"""What holds for every test.

Where CI is set, a skipped test fails: a check that quietly stopped running is no check. One of the two processes
begins with the browser's tests, the other with all others, and helps with the browser's when nothing else is left:
two browsers at a time are little faster than one. PyTorch has one core: it would take both, and the browser waits.
"""

import os
from collections.abc import Generator
from typing import Any, TypeVar

import pytest
from xdist.scheduler import LoadScopeScheduling

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when PyTorch is imported

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _not_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _not_skipped((yield))


def _not_skipped(report: Report) -> Report:
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped, and CI is set: {report.longrepr}"
    return report


class BrowserFirst(LoadScopeScheduling):
    """Tests go to whichever process is free; those of a file of the browser's or of an experiment to the same one.

    What is trained, or open, is kept for the tests of its file: a second process would do it again.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return file if file.startswith(("tests/browser/", "tests/experiments/")) else nodeid

    def _assign_work_unit(self, node: Any) -> None:
        browsing = node is self.nodes[0]
        fitting = (scope for scope in self.workqueue if scope.startswith("tests/browser/") == browsing)
        self.workqueue.move_to_end(next(fitting, next(iter(self.workqueue))), last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BrowserFirst:
    return BrowserFirst(config, log)
