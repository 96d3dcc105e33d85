"""Runs the attacker in batches, each of which starts with an empty table and can be repeated."""

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

leaks.install()
BATCH = 2_000
OUT_OF_ORDER = {"dynamodb.PutItem", "dynamodb.GetItem", "dynamodb.Query", "sqs.SendMessage"}
MOST_FAULTS = 20  # reported faults per batch
EVERY_SO_OFTEN = 10  # in every tenth batch, table and spool are unavailable
SEARCHED_FOR = 25  # later requests in which the leak check looks for a request's personal data


@dataclass
class Attacked:
    """A batch's result. `statuses` counts the responses, `faults` has the first MOST_FAULTS faults."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def attack(seed: int, first: int, count: int = BATCH) -> Attacked:
    """Sends the requests `first` to `first + count - 1`."""
    # Functions read these variables on import.
    os.environ.update(ENVIRONMENT)
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
