"""R4: what the other tests of this folder say of bugs that were put in on purpose. None may be missed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.faults.seeded_bugs import BUGS, PROJECT


@pytest.mark.slow
def test_every_seeded_bug_is_caught() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.seeded_bugs"],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["bug"] for line in told] == [bug.name for bug in BUGS], done.stderr[-2000:]
    assert [line for line in told if not line["caught"]] == []
    assert len(BUGS) >= 30
