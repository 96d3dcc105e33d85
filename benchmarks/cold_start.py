"""Records the imports and the cost of each function's cold start.

    make bench-baseline                         updates benchmarks/baseline.json, after an intended change
    python -m benchmarks.cold_start NAME ...    updates only these functions
    python -m benchmarks.cold_start --uncounted updates only the imports

The cost is a ratio of instructions: the cold start, divided by importing a fixed part of the standard library.
"""

import argparse
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

BUILT = artifacts.BUILT.with_name("cold-start")  # `make bench` may be using artifacts.BUILT at the same time
BASELINE = Path(__file__).with_name("baseline.json")
ROOM = 1.05


def interpreter() -> str:
    return f"{sys.version} {sys.platform}"


def imported(modules: tuple[str, ...]) -> list[str]:
    """Returns the names that do not differ between Python versions or processes."""
    own = {*sys.stdlib_module_names, "__main__", "__mp_main__"}
    named = (name for name in modules if not name.startswith("_jinja2_module_templates_"))
    return sorted(name for name in named if name.partition(".")[0] not in own)


def comparable(recorded: dict[str, Any]) -> bool:
    """Returns whether this machine can count instructions with the recorded build of Python."""
    return can_count() and bool(recorded["python"] == interpreter())


def starts(functions: Sequence[str], folder: Path, *, counted: bool) -> dict[str, dict[str, Any]]:
    """Measures each function until the end of its first request. Returns function name -> figures."""
    with FakeAws() as aws, ThreadPoolExecutor(2) as pool:
        variables = environment(aws)

        def count(variant: Variant, what: str) -> int:
            return run(variant, what, variables, counted=True).instructions or 0

        variants = artifacts.ours(*functions, where=folder)
        trust(variants[0].folder, aws.authority)
        seen = pool.map(lambda variant: run(variant, "0", variables, counted=False), variants)
        found: dict[str, dict[str, Any]] = {
            variant.key: {"modules": imported(one.modules), "collections": one.collections}
            for variant, one in zip(variants, seen, strict=True)
        }
        if counted:
            boot, reference = pool.map(lambda what: count(variants[0], what), ("boot", "reference"))
            for variant, cold in zip(variants, pool.map(lambda variant: count(variant, "0"), variants), strict=True):
                found[variant.key]["cost"] = round((cold - boot) / (reference - boot), 3)
    return found


def dearer(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Returns why a cold start is more expensive than recorded; "" if it is not."""
    new = sorted(set(after["modules"]) - set(before["modules"]))
    packages = {name.partition(".")[0] for name in before["modules"]}
    strange = sorted({name.partition(".")[0] for name in new} - packages)
    named = f"new imports: {', '.join(new) or 'none'}"
    if strange:
        return f"imports a package that it did not: {', '.join(strange)}; {named}"
    if len(after["modules"]) > len(before["modules"]) * ROOM:
        return f"imports {len(after['modules'])} modules instead of {len(before['modules'])}; {named}"
    if after["collections"]:
        return f"collects garbage {after['collections']} times: raise the threshold in functions/wiring.py"
    if "cost" in after and "cost" in before and after["cost"] > before["cost"] * ROOM:
        return f"costs {after['cost'] / before['cost']:.2f} times what was recorded; {named}"
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description="Records what a cold start of each function imports and costs")
    parser.add_argument("function", nargs="*", help="without one, all of them")
    parser.add_argument("--uncounted", action="store_true", help="keeps the recorded costs")
    asked = parser.parse_args()
    before: dict[str, Any] = json.loads(BASELINE.read_text(encoding="utf-8"))
    counted = can_count() and not asked.uncounted
    names = [module_name(name) for name in function_names()]
    found = starts(asked.function or names, BUILT, counted=counted)
    if not counted:
        print("Only imports are recorded; the recorded costs stay.")
        for name, start in found.items():
            start |= {key: value for key, value in before["functions"].get(name, {}).items() if key == "cost"}
    functions = {name: start for name, start in (before["functions"] | found).items() if name in names}
    recorded = {"python": interpreter() if counted else before["python"], "functions": functions}
    BASELINE.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for name, start in found.items():
        cost = f"{start['cost']:>8.2f} x the reference" if "cost" in start else ""
        print(f"{name:<24}{len(start['modules']):>6} modules{cost}")


if __name__ == "__main__":
    main()
