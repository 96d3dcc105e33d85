"""Runs the long checks: `make soak`, or `make soak ONLY=name,name`. `make soak SEED=n` resumes or repeats a run."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from dataclasses import replace

from rich.console import Console

from tests.aws import ENVIRONMENT

os.environ.update(ENVIRONMENT)
os.environ.pop("AWS_PROFILE", None)
os.environ.pop("AWS_ENDPOINT_URL", None)

from tests.soak import cold_starts, mutation, recovery, reliability, security
from tests.soak.soak import PROJECT, soak

CHECKS = (*reliability.CHECKS, *recovery.CHECKS, *security.CHECKS, *cold_starts.CHECKS, *mutation.CHECKS)


def main() -> int:
    known = {check.name: check for check in CHECKS}
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--only", help=f"some of: {', '.join(known)}")
    parser.add_argument("--seed", type=int, help="seed of an earlier run, to continue or repeat it")
    parser.add_argument("--mutants", type=int, default=mutation.MUTANTS, help="how many mutants are tried")
    options = parser.parse_args()
    known["mutation"] = replace(known["mutation"], amount=options.mutants)
    names = options.only.split(",") if options.only else list(known)
    if unknown := set(names) - set(known):
        parser.error(f"there is no check {', '.join(sorted(unknown))}")
    seed = options.seed if options.seed is not None else secrets.randbelow(1_000_000)
    try:
        results = soak([known[name] for name in names], seed, PROJECT / "build" / "soak", Console())
    except KeyboardInterrupt:
        return 130
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
