"""What a cold start of each function imports and costs, recorded, so that a test can say what made it dearer.

    make bench-baseline        records it anew in benchmarks/baseline.json: after a change that is meant

Instructions are given as a multiple of importing a fixed part of the standard library, counted in the same run. They
are compared only by the very same build of Python; another one, or a machine without valgrind, compares imports alone.
"""

import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import artifacts
from benchmarks.artifacts import Variant
from benchmarks.fake_aws import FakeAws, trust
from benchmarks.measuring import can_count, environment, run
from dev.cloud import function_names
from infra.build import module_name

BUILT = artifacts.BUILT.with_name("cold-start")  # a folder of its own: `make bench` may be running
BASELINE = Path(__file__).with_name("baseline.json")
ROOM = 1.05


def interpreter() -> str:
    return f"{sys.version} {sys.platform}"


def imported(modules: tuple[str, ...]) -> list[str]:
    """Of the standard library only what another version has, too, matters little: ours and the libraries' are kept."""
    own = {*sys.stdlib_module_names, "__main__", "__mp_main__"}
    return sorted(name for name in modules if name.partition(".")[0] not in own)


def comparable(recorded: dict[str, Any]) -> bool:
    """Whether instructions can be counted here, and mean the same as where they were recorded."""
    return can_count() and bool(recorded["python"] == interpreter())


def starts(functions: Sequence[str], folder: Path, *, counted: bool) -> dict[str, dict[str, Any]]:
    """By function: `modules` after the first request; with `counted`, their `cost` to that of the reference."""
    with FakeAws() as aws, ThreadPoolExecutor(2) as pool:
        variables = environment(aws)

        def count(variant: Variant, what: str) -> int:
            return run(variant, what, variables, counted=True).instructions or 0

        variants = artifacts.ours(*functions, where=folder)
        trust(variants[0].folder, aws.authority)
        seen = pool.map(lambda variant: run(variant, "0", variables, counted=False), variants)
        found: dict[str, dict[str, Any]] = {
            variant.key: {"modules": imported(one.modules)} for variant, one in zip(variants, seen, strict=True)
        }
        if counted:
            boot, reference = pool.map(lambda what: count(variants[0], what), ("boot", "reference"))
            for variant, cold in zip(variants, pool.map(lambda variant: count(variant, "0"), variants), strict=True):
                found[variant.key]["cost"] = round((cold - boot) / (reference - boot), 3)
    return found


def dearer(before: dict[str, Any], after: dict[str, Any]) -> str:
    """What to tell whoever made a cold start dearer; "" when nobody did."""
    new = sorted(set(after["modules"]) - set(before["modules"]))
    packages = {name.partition(".")[0] for name in before["modules"]}
    strange = sorted({name.partition(".")[0] for name in new} - packages)
    named = f"new imports: {', '.join(new) or 'none'}"
    if strange:
        return f"imports a package that it did not: {', '.join(strange)}; {named}"
    if len(after["modules"]) > len(before["modules"]) * ROOM:
        return f"imports {len(after['modules'])} modules instead of {len(before['modules'])}; {named}"
    if "cost" in after and "cost" in before and after["cost"] > before["cost"] * ROOM:
        return f"costs {after['cost'] / before['cost']:.2f} times what was recorded; {named}"
    return ""


def main() -> None:
    before: dict[str, Any] = json.loads(BASELINE.read_text(encoding="utf-8"))
    found = starts([module_name(name) for name in function_names()], BUILT, counted=can_count())
    python = interpreter() if can_count() else before["python"]
    if not can_count():
        print("No valgrind here: imports are recorded anew, and what was counted before stays.")
        for name, start in found.items():
            start |= {key: value for key, value in before["functions"].get(name, {}).items() if key == "cost"}
    recorded = {"python": python, "functions": found}
    BASELINE.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for name, start in found.items():
        cost = f"{start['cost']:>8.2f} x the reference" if "cost" in start else ""
        print(f"{name:<24}{len(start['modules']):>6} modules{cost}")


if __name__ == "__main__":
    main()
