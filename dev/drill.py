"""Rehearses a recovery: `make drill`. Recovers a deployed stack: `make drill STACK=name`.

    python -m dev.drill                            on the local cloud: loses, spoils and erases leads, then recovers
    python -m dev.drill STACK [--at MOMENT]        on a deployed stack; asks before each change

The command copies missing or spoilt leads back from a point-in-time copy of the table. It then erases or retires again
the leads that were erased or retired since the copy.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from dev import restore, smoke
from dev.account import failure
from dev.cloud import STACK, LocalCloud
from dev.front import Front
from dev.restore import Comparison, Place
from dev.sign_in import colleague, sign_in
from dev.stage import Alerts, Stage, StepFailedError, call, console, expect, step

OBJECTIVE = 3600  # seconds; the recovery time objective (RTO)
LOCAL_WITHIN = 120  # maximum duration of a rehearsal, in seconds
QUIET_FOR = 5  # seconds; locally, alerts take less than one second
LEADS = 6
A_MOMENT = "2026-11-30T08:00:00Z"
DAMAGED = '{"lead_id": "spoilt"}'


def rehearse(stage: Stage, place: Place) -> None:
    """Loses, spoils and erases leads on the local cloud, then rehearses the recovery.

    Copies the table before the damage, because the emulator cannot restore an earlier state.

    Raises:
        StepFailedError: a step had a different result than expected
    """
    started = time.monotonic()
    with Alerts(stage) as alerts:
        with step(f"{LEADS} leads are stored, and staff are alerted about each"):
            references = [_sent(stage) for _ in range(LEADS)]
            for reference in references:
                alerts.about(reference)
        before = {lead_id: item for lead_id, item in _items(place, place.table).items() if "lead" in item}
        of = {item["reference"]["S"]: lead_id for lead_id, item in before.items() if "reference" in item}
        lost, spoilt, erased = of[references[0]], of[references[1]], of[references[2]]
        copy = restore.name_of_copy(place.table, datetime.now(UTC))
        with step("A point-in-time copy of the table stands beside it"):
            restore.make_copy(place, None, copy)
        with step("One lead is erased at the person's request; then that, another lead and a lead's text are lost"):
            with colleague(stage) as person:
                answer = call("DELETE", f"{stage.site}/leads/{references[2]}", token=sign_in(stage, person))
            expect(answer.status == HTTPStatus.OK, f"erasing is {answer.status}")
            tombstone = _items(place, place.table)[erased]
            _damage(place, lost=(lost, erased), spoilt=spoilt)
            alerts.count(QUIET_FOR)
        with step("The comparison finds what is missing and what is spoilt, and nothing else"):
            found = restore.compare(place, copy)
            expect(set(found.missing) == {lost, erased}, f"{len(found.missing)} leads are missing, not 2")
            expect(list(found.spoilt) == [spoilt], f"{len(found.spoilt)} leads are spoilt, not 1")
        with step("They are copied back, and the erasure is applied again"):
            expect(
                restore.copy_back(place, copy, found, datetime.now(UTC)) == len((lost, erased, spoilt)),
                "some were not copied",
            )
            restore.apply_again(place)
        with step("Every lead is as it was, and the erased one is erased at the same instant as before"):
            after = _items(place, place.table)
            expect(after[erased].get("remainder") == tombstone["remainder"], "the erased lead is back")
            changed = [
                lead_id
                for lead_id in before
                if lead_id != erased and _without_mail(after[lead_id]) != _without_mail(before[lead_id])
            ]
            expect(not changed, f"{len(changed)} leads are not as they were")
            again = restore.compare(place, copy)
            expect(not (again.missing or again.spoilt or again.lost), "the comparison still finds a difference")
        with step("Nobody is alerted again"):
            expect(alerts.count(QUIET_FOR) == 0, "an alert was sent again")
        with step("The copy is deleted"):
            restore.remove_copy(place, copy)
    took = time.monotonic() - started
    expect(took <= LOCAL_WITHIN, f"it took {took:.0f} s, more than {LOCAL_WITHIN}")


def recover(
    stage: Stage, place: Place, at: datetime | None, ask: Callable[[str], bool], say: Callable[[str], None]
) -> bool:
    """Copies missing or spoilt leads back from a point-in-time copy. Returns whether the recovery is complete.

    at: moment of the copy; None: the latest possible
    ask: asks the user whether to make a change, and returns the answer
    """
    started = time.monotonic()
    copy = restore.name_of_copy(place.table, datetime.now(UTC))
    when = "the latest moment" if at is None else at.isoformat()
    if not ask(f"Make a copy of the leads of {stage.stack}, as of {when}? It takes up to an hour."):
        return False
    restore.make_copy(place, at, copy)
    found = restore.compare(place, copy)
    for line in report(found):
        say(line)
    complete = not found.lost
    if found.missing or found.spoilt:
        if ask(f"Copy {len(found.missing) + len(found.spoilt)} leads back, and erase and retire again what was since?"):
            say(f"{restore.copy_back(place, copy, found, datetime.now(UTC))} copied back")
            restore.apply_again(place)
        else:
            complete = False
    minutes = (time.monotonic() - started) / 60
    say(f"{minutes:.0f} minutes (the objective is {OBJECTIVE // 60})")
    if ask(f"Delete the copy {copy}? It holds patient data."):
        restore.remove_copy(place, copy)
    else:
        say(f"The copy stays: delete {copy} by hand")
    return complete


def report(found: Comparison) -> list[str]:
    kinds = sorted({*found.counts, *found.copied})
    lines = [f"{kind}: {found.counts[kind]} in the table, {found.copied[kind]} in the copy" for kind in kinds]
    lines.append(f"arrived since the copy's moment: {found.later}")
    lines.append(f"missing, or removed since: {len(found.missing)}; spoilt: {len(found.spoilt)}")
    if found.lost:
        lines.append(f"not in the copy either: {len(found.lost)} ({', '.join(found.lost[:5])})")
    return lines


def place_of(stage: Stage) -> Place:
    formation = stage.client("cloudformation")
    detail = formation.describe_stack_resource(StackName=stage.stack, LogicalResourceId="RetireLeads")
    retire = detail["StackResourceDetail"]["PhysicalResourceId"]
    return Place(stage.client, stage.outputs["LeadsTable"], retire)


def on_the_local_cloud() -> None:
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        with LocalCloud(Path(folder)) as cloud, Front(cloud) as front:
            address = front.address.removesuffix("/")
            outputs = cloud.outputs | {"Inbox": f"{address}/inbox"}
            stage = Stage(STACK, cloud.client, outputs, address, address)
            rehearse(stage, place_of(stage))


def _sent(stage: Stage) -> str:
    answer = smoke.submit(stage, smoke.test_lead())
    expect(answer.status == HTTPStatus.CREATED, f"POST /submissions is {answer.status}")
    return str(answer.json["reference"])


def _items(place: Place, table: str) -> dict[str, Any]:
    pages = place.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return {item["lead_id"]["S"]: item for page in pages for item in page["Items"]}


def _without_mail(item: dict[str, Any]) -> dict[str, Any]:
    """Returns a stored lead without its version and mail state, which mail may change during the drill."""
    return {name: value for name, value in json.loads(item["lead"]["S"]).items() if name not in ("mail", "version")}


def _damage(place: Place, lost: tuple[str, ...], spoilt: str) -> None:
    dynamodb = place.client("dynamodb")
    for lead_id in lost:
        dynamodb.delete_item(TableName=place.table, Key={"lead_id": {"S": lead_id}})
    dynamodb.update_item(
        TableName=place.table,
        Key={"lead_id": {"S": spoilt}},
        UpdateExpression="SET #lead = :lead",
        ExpressionAttributeNames={"#lead": "lead"},
        ExpressionAttributeValues={":lead": {"S": DAMAGED}},
    )


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no moment; write one like {A_MOMENT}") from None
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"give the time zone, as in {A_MOMENT}")
    if at > datetime.now(UTC):
        raise argparse.ArgumentTypeError(f"{text} is in the future")
    return at


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make drill", description="Rehearses a restore of the leads")
    parser.add_argument("stack", nargs="?", help="a deployed stack; without it, the local cloud")
    parser.add_argument("--at", type=_moment, help=f"the moment to go back to, such as {A_MOMENT}")
    chosen = parser.parse_args(arguments)
    if chosen.at and not chosen.stack:
        parser.error("AT needs STACK=name, a deployed stack: the local cloud keeps no earlier moments")
    try:
        if not chosen.stack:
            on_the_local_cloud()
            console.print("All of it works.")
            return 0
        session = boto3.session.Session()
        stage = Stage.deployed(chosen.stack, lambda service: session.client(service))  # type: ignore[call-overload]  # noqa: PLW0108
        return 0 if recover(stage, place_of(stage), chosen.at, _ask, print) else 1
    except (StepFailedError, RuntimeError, ClientError, BotoCoreError, WaiterError) as error:
        command = f"make drill STACK={chosen.stack}" if chosen.stack else "make drill"
        print(failure(command, error, "A copy may be left: delete it."), file=sys.stderr)
        return 1


def _ask(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() == "y"
    except EOFError:
        print()
        return False


if __name__ == "__main__":
    sys.exit(main())
