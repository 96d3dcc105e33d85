"""Runs the attacker in batches, each on an empty table, so that each batch can be repeated alone."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field

from tests import leaks
from tests.aws import ENVIRONMENT, aws_in_process
from tests.functions.calls import CONTEXT
from tests.hostile.answer_checks import fault
from tests.hostile.attacker import Attacker
from tests.quiet import quiet

leaks.install()  # before any function is imported
BATCH = 2_000
OUT_OF_ORDER = {"dynamodb.PutItem", "dynamodb.GetItem", "dynamodb.Query", "sqs.SendMessage"}
MOST_FAULTS = 20  # the most faults that are kept for each batch
EVERY_SO_OFTEN = 10  # the table cannot be reached in every tenth batch
SEARCHED_FOR = 25  # requests; personal data of earlier ones is no longer searched for, to save time


@dataclass
class Attacked:
    """The result of a batch of attacks. `statuses`: status -> number of answers. `faults`: the first few faults, each
    with its request number."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def attack(seed: int, first: int, count: int = BATCH) -> Attacked:
    """Sends one batch: requests `first` to `first + count - 1`."""
    os.environ.update(
        ENVIRONMENT
    )  # the same environment outside pytest reproduces a fault; functions read it when imported
    attacker, attacked = Attacker(seed), Attacked()
    out_of_order = first // BATCH % EVERY_SO_OFTEN == EVERY_SO_OFTEN - 1
    with aws_in_process() as aws, quiet(formats=True), leaks.watched() as watch:
        aws.wire.down = set(OUT_OF_ORDER) if out_of_order else set()
        for number in range(first, first + count):
            if number % SEARCHED_FOR == 0:
                watch.start()
            route, event = attacker.request(number)
            try:
                answer = route.handler(event, CONTEXT)
                wrong = fault(route, answer, out_of_order=out_of_order)
                attacked.statuses[answer["statusCode"]] += 1
            except Exception as error:  # noqa: BLE001  every unhandled error is a finding
                wrong = f"{type(error).__name__} escaped"
            if leaked := watch.take():
                wrong = "; ".join(sorted(set(leaked)))
            if wrong and len(attacked.faults) < MOST_FAULTS:
                attacked.faults.append(f"{route.name}: {wrong} (seed {seed}, request {number})")
    return attacked
