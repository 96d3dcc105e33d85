"""Tests that `make run` stops soon after a signal."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import cast

import pytest

from dev import emulator, run
from dev.cloud import LocalCloud

SLOW = "import time; time.sleep(600)"
# Stands in for the emulator, which waits for its functions before saving.
EMULATOR = f"""
import signal, subprocess, sys
from pathlib import Path
function = subprocess.Popen([sys.executable, "-c", {SLOW!r}])
def stop(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    function.wait()
    Path(sys.argv[1], "saved").touch()
    sys.exit()
signal.signal(signal.SIGTERM, stop)
Path(sys.argv[1], "ready").touch()
signal.pause()
"""


def test_functions_that_take_long_are_stopped_so_that_the_state_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulator, "FUNCTIONS_END_WITHIN", 0.1)
    process = subprocess.Popen([sys.executable, "-c", EMULATOR, str(tmp_path)], start_new_session=True)
    while not (tmp_path / "ready").exists():
        time.sleep(0.01)
    running = emulator.Emulator(tmp_path, None)
    running._process = process
    running.__exit__()
    assert process.returncode == 0
    assert (tmp_path / "saved").exists()


def test_ctrl_c_stops_the_watcher_of_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()

    def watch(_cloud: LocalCloud, stopping: threading.Event) -> None:
        stopping.wait(60)
        stopped.set()

    monkeypatch.setattr(run, "_watch", watch)
    with pytest.raises(KeyboardInterrupt), run._deploy_changes(cast("LocalCloud", None)):
        raise KeyboardInterrupt
    assert stopped.is_set()
