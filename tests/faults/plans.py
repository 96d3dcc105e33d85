"""Runs flows with a single fault, with outages, or with several random faults."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterable, Iterator
from itertools import combinations, product

from tests.faults.flows import FLOWS, Flow, attempts_of, run
from tests.faults.wire import FAULTS, World, at_attempt, while_down, world
from tests.quiet import quiet

SERVICES = ("dynamodb", "sns", "sqs")
SUBSETS = tuple(
    frozenset(services) for size in range(1, len(SERVICES) + 1) for services in combinations(SERVICES, size)
)
KINDS = tuple(product(FLOWS, FAULTS))
FAULT_RATE = 0.3  # share of failing attempts


def retry_choices(flow: Flow) -> tuple[bool, ...]:
    return (False, True) if flow.tries else (False,)


def single_faults(made: World, flow: Flow, fault: str) -> Iterator[str]:
    """Runs the flow with the fault at its first AWS call, then at its second, and so on."""
    for attempt in range(attempts_of(made, flow)):
        for again in retry_choices(flow):
            broken = run(made, flow, at_attempt(attempt, fault), tries_again=again)
            yield from _named(broken, flow, f"{fault} at attempt {attempt}", again)


def outages(made: World, flow: Flow, fault: str, subsets: Iterable[frozenset[str]] = SUBSETS) -> Iterator[str]:
    for services in subsets:
        for again in retry_choices(flow):
            broken = run(made, flow, while_down(services, fault), tries_again=again)
            yield from _named(broken, flow, f"{fault} of {'+'.join(sorted(services))}", again)


def several_faults(made: World, seed: int, number: int) -> Iterator[str]:
    chance = random.Random(f"{seed}/{number}")
    flow = chance.choice(FLOWS)
    faults = [chance.choice(FAULTS) if chance.random() < FAULT_RATE else None for _ in range(40)]
    again = chance.choice(retry_choices(flow))
    broken = run(made, flow, lambda attempt, _service: faults[min(attempt, 39)], tries_again=again)
    yield from _named(broken, flow, f"seed {seed}, plan {number}", again)


def _named(broken: Iterable[str], flow: Flow, plan: str, again: bool) -> Iterator[str]:
    client = "tries again" if again else "gives up"
    yield from (f"{what} ({flow.name}; {plan}; the client {client})" for what in broken)


@contextlib.contextmanager
def quiet_world() -> Iterator[World]:
    with quiet(), world() as made:
        yield made
