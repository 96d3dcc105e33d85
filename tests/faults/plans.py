"""Which plans there are: single faults, whole services down, and several faults at random."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterable, Iterator
from itertools import combinations, product

from tests.faults.wire import FAULTS, FLOWS, Flow, World, at_attempt, attempts_of, run, while_down, world
from tests.quiet import quiet

SERVICES = ("dynamodb", "sns", "sqs")
SUBSETS = tuple(
    frozenset(services) for size in range(1, len(SERVICES) + 1) for services in combinations(SERVICES, size)
)
KINDS = tuple(product(FLOWS, FAULTS))  # each flow with each fault
FAILS_OFTEN = 0.3  # of the attempts, when faults come at random


def both(flow: Flow) -> tuple[bool, ...]:
    """The client that gives up, and the one that tries again."""
    return (False, True) if flow.tries else (False,)


def single_faults(made: World, flow: Flow, fault: str) -> Iterator[str]:
    """This fault at every attempt of the flow; what was broken, with the plan that shows it again."""
    for attempt in range(attempts_of(made, flow)):
        for again in both(flow):
            broken = run(made, flow, at_attempt(attempt, fault), tries_again=again)
            yield from _named(broken, flow, f"{fault} at attempt {attempt}", again)


def outages(made: World, flow: Flow, fault: str, subsets: Iterable[frozenset[str]] = SUBSETS) -> Iterator[str]:
    """Every attempt of some services fails so."""
    for services in subsets:
        for again in both(flow):
            broken = run(made, flow, while_down(services, fault), tries_again=again)
            yield from _named(broken, flow, f"{fault} of {'+'.join(sorted(services))}", again)


def several_faults(made: World, seed: int, number: int) -> Iterator[str]:
    """A flow in which each attempt may fail in its own way."""
    chance = random.Random(f"{seed}/{number}")
    flow = chance.choice(FLOWS)
    faults = [chance.choice(FAULTS) if chance.random() < FAILS_OFTEN else None for _ in range(40)]
    again = chance.choice(both(flow))
    broken = run(made, flow, lambda attempt, _service: faults[min(attempt, 39)], tries_again=again)
    yield from _named(broken, flow, f"seed {seed}, plan {number}", again)


def _named(broken: Iterable[str], flow: Flow, plan: str, again: bool) -> Iterator[str]:
    client = "tries again" if again else "gives up"
    yield from (f"{what} ({flow.name}; {plan}; the client {client})" for what in broken)


@contextlib.contextmanager
def quiet_world() -> Iterator[World]:
    """Thousands of log lines are no news."""
    with quiet(), world() as made:
        yield made
