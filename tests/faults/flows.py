"""Runs actions of visitors, staff and AWS under a plan of faults, then checks docs/reliability.md."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from functions import alert_staff, capture_ad_lead, capture_lead, work_lead
from shared.domain.leads.lead import reference_of
from tests.faults.wire import BEGIN, FAILED, MINUTE, RECEIVED, Plan, Reply, World, no_fault, table, while_down
from tests.functions.calls import PRIORITY, URGENT, Json, event, posting, sent, stream_of, submission
from tests.functions.plain_browser import form_post
from tests.functions.staff_calls import signed_in


@dataclass(frozen=True, slots=True)
class Flow:
    """An action of a client or of AWS, with its preparation.

    prepare: runs without faults, and returns what `act` needs
    act: runs with faults, and returns the client's response (None: no client)
    tries: whether a client may repeat `act`
    leads: maximum number of stored leads
    poison: whether a spool entry is unreadable
    """

    name: str
    prepare: Callable[[World], Any]
    act: Callable[[World, Any], Reply | None]
    tries: bool
    leads: int = 1
    poison: bool = False


def _submission(world: World, answers: Json | None = None, **changes: Any) -> Json:
    return submission(answers or URGENT, submission_id=str(world.new_id()), **changes)


def _send(world: World, body: Json) -> Reply:
    return world.submit(
        capture_lead.handler, posting("capture_lead", body), body["submission_id"], complete=body.get("complete", True)
    )


def _stored(world: World, answers: Json | None = None, **changes: Any) -> Json:
    body = _submission(world, answers, **changes)
    assert _send(world, body).status == 201
    return body


def _unfinished(world: World) -> Json:
    body = _stored(world, PRIORITY, complete=False)
    return body | {"complete": True}


def _plain(world: World) -> Json:
    lead_id = str(world.new_id())
    fields = [
        ("submission_id", lead_id),
        ("answers.age", "62"),
        ("answers.region", "lumbar"),
        ("contact.phone", "(312) 555-0142"),
        ("consents.contact", "on"),
    ]
    return {"id": lead_id, "post": form_post("/submissions", fields)}


def _send_plain(world: World, form: Json) -> Reply:
    return world.submit(capture_lead.handler, form["post"], form["id"])


def _ad_lead(world: World) -> Json:
    return posting("capture_ad_lead", sent("capture_ad_lead") | {"lead_id": world.new_id().hex})


def _send_ad_lead(world: World, ad_lead: Json) -> Reply:
    reply = world.call(capture_ad_lead.handler, ad_lead)
    world.received |= reply.status == 200
    if reply.status == 200 and not world.stored() and not world.spool:
        world.broken("I1, I6: the ad network got 200, but the lead is neither stored nor spooled")
    if reply.status not in (0, 200, FAILED):
        world.broken(f"I2: the ad network got {reply.status}")
    return reply


def _alerted(world: World, answers: Json | None = None) -> Json:
    body = _stored(world, answers)
    world.sweep()
    return body


def _alert(world: World, body: Json) -> None:
    world.trigger(alert_staff.handler, stream_of(body["submission_id"]))


def _two_stored(world: World) -> list[Json]:
    return [_stored(world), _stored(world, PRIORITY)]


def _alert_two(world: World, bodies: list[Json]) -> None:
    world.trigger(alert_staff.handler, stream_of(*(body["submission_id"] for body in bodies)))


def _alert_during_sweep(world: World, body: Json) -> None:
    world.meanwhile = world.sweep
    _alert(world, body)
    world.meanwhile = None


def _sweep(world: World, _prepared: Any) -> None:
    world.sweep()


def _level_due(world: World) -> Json:
    body = _alerted(world)
    world.at += 30 * MINUTE
    return body


def _acknowledge(world: World, body: Json) -> Reply:
    reference = reference_of(UUID(body["submission_id"]))
    action = json.dumps({"action": "acknowledge", "version": 3})  # the lead was stored (1), claimed (2), alerted (3)
    call = event("work_lead") | {"pathParameters": {"reference": reference}, "body": action}
    reply = world.call(work_lead.handler, signed_in(call, "nurse"))
    if reply.status not in (0, 200, FAILED):
        world.broken(f"I8: acknowledging was answered {reply.status}")
    return reply


def _spooled(world: World) -> Json:
    body, world.plan = _submission(world), while_down(frozenset({"dynamodb"}), "http503")
    assert _send(world, body).status == 202
    return body


def _spooled_beside_poison(world: World) -> Json:
    body = _spooled(world)
    world.spool.insert(0, POISON)
    return body


def _spooled_and_sent_again(world: World) -> Json:
    body, world.plan = _spooled(world), no_fault
    assert _send(world, body).status == 201
    return body


def _replay(world: World, _prepared: Any) -> None:
    world.replay()


POISON = '{"lead_id": '
FLOWS = (
    Flow("a submission", _submission, _send, tries=True),
    Flow("the same submission again", _stored, _send, tries=True),
    Flow("an unfinished form is finished", _unfinished, _send, tries=True),
    Flow("the plain form", _plain, _send_plain, tries=True),
    Flow("an ad network's lead", _ad_lead, _send_ad_lead, tries=True),
    Flow("the stream alerts", _stored, _alert, tries=False),
    Flow("the stream alerts two leads", _two_stored, _alert_two, tries=False, leads=2),
    Flow("the stream alerts during a sweep", _stored, _alert_during_sweep, tries=False),
    Flow("the sweep alerts", _two_stored, _sweep, tries=False, leads=2),
    Flow("the sweep escalates", _level_due, _sweep, tries=False),
    Flow("the spool is replayed", _spooled, _replay, tries=False),
    Flow("the spool is replayed beside poison", _spooled_beside_poison, _replay, tries=False, poison=True),
    Flow("the spool replays a resubmission", _spooled_and_sent_again, _replay, tries=False),
    Flow("staff acknowledge", _alerted, _acknowledge, tries=True),
)


def run(world: World, flow: Flow, plan: Plan, *, tries_again: bool = False) -> list[str]:
    """Runs a flow under a plan of faults, ends the faults, and returns the violations."""
    world.at, world.faults, world.longest, world.received = BEGIN, 0, 0.0, False
    world.alerts, world.spool, world.set_aside, world.replies, world.violations = [], [], [], [], []
    world.runs += plan is not no_fault
    world.chance.seed(0)
    world.plan = no_fault
    prepared = flow.prepare(world)
    world.attempts, world.plan = 0, plan
    world.replies = []
    reply = flow.act(world, prepared)
    hits, world.plan = world.faults, no_fault
    if tries_again and reply and reply.status not in RECEIVED:
        world.at += timedelta(seconds=5)
        if flow.act(world, prepared).status not in RECEIVED:  # type: ignore[union-attr]
            world.broken("a client that tried again got no success")
    _heal(world)
    _check(world, flow, hits)
    table().items.clear()
    return world.violations


def attempts_of(world: World, flow: Flow) -> int:
    assert run(world, flow, no_fault) == []
    return world.flow_attempts


def _heal(world: World) -> None:
    """Replays the spool twice, and then sweeps twice.

    During the first sweep, a failed function's claim may still block an alert.
    """
    world.flow_attempts = world.attempts
    sent_twice = list(world.spool)
    world.replay()
    world.spool += sent_twice
    world.replay()
    if world.spool:
        world.broken("I9: an entry of the spool is never removed")
    for _ in range(2):
        world.at += MINUTE
        world.sweep()


def _check(world: World, flow: Flow, hits: int) -> None:
    for (reference, level), times in Counter(world.alerts).items():
        if times > 1 + hits:
            world.broken(f"I7: {reference} level {level} was alerted {times} times with {hits} faults")
    acknowledged = any(reply.status in RECEIVED for reply in world.replies) and flow.name == "staff acknowledge"
    stored = world.stored()
    if world.received and not stored:
        world.broken("I1: received, but no lead is stored")
    if len(stored) > flow.leads:
        world.broken(f"I2: {len(stored)} leads of {flow.leads}")
    if flow.poison and not world.set_aside:
        world.broken("I9: the poison entry is in no failure queue")
    for lead in stored:
        levels = [level for reference, level in world.alerts if reference == lead["reference"]]
        if 1 not in levels:
            world.broken("I4: nobody was alerted")
        if flow.name == "the sweep escalates" and 2 not in levels:
            world.broken("I5: the next level was not alerted")
        if acknowledged and lead["work"]["status"] != "acknowledged":
            world.broken("I8: acknowledged with success, but the lead has no owner")
