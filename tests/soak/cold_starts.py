from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks import cold_start
from dev.cloud import function_names
from infra.build import module_name
from tests.soak.check import Check, Found, Piece

BASELINE = json.loads(cold_start.BASELINE.read_text(encoding="utf-8"))
FUNCTIONS = [module_name(name) for name in function_names()]


def start_cold(piece: Piece) -> Found:
    functions = FUNCTIONS[piece.first : piece.first + piece.count]
    with tempfile.TemporaryDirectory() as folder:
        found = cold_start.starts(functions, Path(folder), counted=cold_start.comparable(BASELINE))
    dearer = {name: cold_start.dearer(BASELINE["functions"][name], found[name]) for name in functions}
    return Found(piece.count, [f"{name} {what}" for name, what in dearer.items() if what])


CHECKS: tuple[Check, ...] = (
    Check(
        "cold-starts",
        "no function imports or costs more at a cold start than was recorded (make bench-baseline)",
        "functions",
        len(FUNCTIONS),
        len(FUNCTIONS),
        start_cold,
        takes=9_000,
        alone=True,
    ),
)
