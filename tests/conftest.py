"""What holds for every test.

Where CI is set, a skipped test fails: a check that quietly stopped running is no check. One of the two processes takes
all of the browser's tests: two browsers at a time are slower than one after the other. The other process has one core:
PyTorch would take both, and the browser waits.
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


class BrowserTogether(LoadScopeScheduling):
    """A file's tests go to whichever process is free; those of the browser all to the same one.

    What is trained is kept for the tests of its file: a second process would train it again. Were each test dealt out
    by itself, dealing ten thousand would take longer than running them.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else nodeid.split("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BrowserTogether:
    return BrowserTogether(config, log)
