"""A server of its own and a browser: what every measurement and every test of a real page begins with."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START = 60  # seconds that a server may take
READY = 5.0  # seconds after which it has prepared what it prepares beside the first page


@dataclass(frozen=True)
class Server:
    address: str
    process: subprocess.Popen[bytes]
    started: float  # time.perf_counter() before the process began

    @property
    def memory(self) -> float:
        """Resident megabytes. Linux only."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        return int(kilobytes) / 1024

    @property
    def worked(self) -> float:
        """Seconds of processor time so far: what other programs on the machine hardly change. Linux only."""
        return time.clock_gettime(
            ~self.process.pid << 3 | 2
        )  # that process's own clock, as clock_getcpuclockid(3) has it


@contextmanager
def serve(script: str = "app.py", **environment: str) -> Iterator[Server]:
    """Runs `streamlit run <script>` from the project's folder, on a free port, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true", "--server.fileWatcherType", "none"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as out:
            started = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
            )
        server = Server(f"http://127.0.0.1:{port}", process, started)
        try:
            _wait_for(server, log)
            yield server
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(server: Server, log: Path) -> None:
    while time.perf_counter() < server.started + START:
        try:
            with urlopen(f"{server.address}/_stcore/health", timeout=2):
                return
        except OSError:
            if server.process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{log.read_text(encoding='utf-8')}") from None
            time.sleep(0.05)
    raise TimeoutError(f"no answer within {START} s:\n{log.read_text(encoding='utf-8')}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, without a window."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        raise FileNotFoundError("no Chromium on this machine: on Debian, `apt-get install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()
