from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
FILES = ("package.json", "package-lock.json", ".npmrc")


def installed(pins: Path, name: str) -> Path:
    """Returns the folder .local/`name` with the packages of the lock file in `pins`."""
    program = shutil.which("npm")
    if program is None or shutil.which("node") is None:
        pytest.skip("this test needs npm, which is not installed")
    wanted = hashlib.sha256(b"".join((pins / file).read_bytes() for file in FILES)).hexdigest()
    home = PROJECT / ".local" / name
    home.mkdir(parents=True, exist_ok=True)
    stamp = home / ".ready"
    with (home / ".lock").open("w") as lock:  # other test processes may install at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            for file in FILES:
                shutil.copyfile(pins / file, home / file)
            subprocess.run([program, "ci", "--ignore-scripts"], cwd=home, check=True, capture_output=True, timeout=600)
            stamp.write_text(wanted)
    return home
