from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dev import run
from dev.emulator import free_port
from tests.e2e.conftest import eventually

PROJECT = Path(__file__).resolve().parents[2]
READY_WITHIN = 60  # seconds; starting usually takes ten
STOPPED_WITHIN = 30

pytestmark = pytest.mark.cloud


def _enable_ctrl_c() -> None:
    """Enables SIGINT, which a process in the background ignores."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A running `python -m dev.run`, and the lines that it prints."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.site = f"http://127.0.0.1:{(port := free_port())}/"
        self._output = folder / "terminal"
        command = [sys.executable, "-m", "dev.run", "--port", str(port), "--state", str(folder / "state"), *options]
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_enable_ctrl_c,  # noqa: PLW1509  the function takes no lock
            )

    @property
    def lines(self) -> list[str]:
        return self._output.read_text().splitlines()

    def shows(self, text: str, times: int = 1) -> bool:
        return sum(text in line for line in self.lines) >= times

    def page(self, path: str) -> str:
        with urllib.request.urlopen(self.site + path, timeout=30) as answer:
            return str(answer.read().decode())

    def kill_the_local_cloud(self) -> None:
        """Kills the emulator before it can save its state."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)


@contextmanager
def running(folder: Path, *options: str, until: signal.Signals) -> Iterator[Terminal]:
    terminal = Terminal(folder, *options)
    try:
        eventually(lambda: terminal.shows("Ready after"), f"the service to be ready: {terminal.lines}", READY_WITHIN)
        yield terminal
    finally:
        terminal.process.send_signal(until)
        try:
            terminal.process.wait(STOPPED_WITHIN)
        finally:
            terminal.process.kill()
    assert terminal.process.returncode == 0
    assert "Stopped." in terminal.lines[-1]


def test_samples_reach_the_outbox_and_are_kept(tmp_path: Path) -> None:
    with running(tmp_path, "--samples", "5", until=signal.SIGTERM) as first:
        # A NOT_A_FIT sample raises no alert.
        eventually(lambda: first.shows("alert "), "an alert in the terminal")
        alert = next(line for line in first.lines if line.startswith("alert "))
        link = next(word for word in alert.split() if word.startswith(f"{first.site}inbox#lead="))
        stored = f"_local/leads/{link.partition('=')[2]}"
        assert link in first.page("_local/")
        assert "Sample Patient" in first.page(stored)
        assert "captured" in first.page("_local/logs")

    with running(tmp_path, until=signal.SIGINT) as again:
        assert link in again.page("_local/")
        assert "Sample Patient" in again.page(stored)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_local_cloud_that_died_is_said_in_one_sentence_and_does_not_hinder_the_next_start(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    try:
        eventually(lambda: terminal.shows("Ctrl-C stops"), f"the service to be ready: {terminal.lines}", READY_WITHIN)
        terminal.kill_the_local_cloud()
        assert terminal.process.wait(STOPPED_WITHIN) == 1
    finally:
        terminal.process.kill()
    assert terminal.lines[-1] == run.LOST
    assert not terminal.shows("Traceback")
    assert not terminal.shows("kept")

    with running(tmp_path, until=signal.SIGTERM) as again:
        assert again.page("")
