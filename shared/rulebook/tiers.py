"""Reads the tiers from TOML."""

from __future__ import annotations

from shared.domain.opening_hours import Span
from shared.domain.rules.triage import FollowUp, LadderStep, Response, Tier
from shared.rulebook.reader import Reader

AUDIENCES = ("desk", "clinician", "manager")
DISPOSITIONS = (
    "seek-emergency-care",
    "same-day-call",
    "next-business-day-call",
    "contact-within-two-business-days",
    "not-a-fit",
)


def _span(reader: Reader) -> Span:
    span = Span(*map(reader.optional_number, Span._fields))
    reader.done()
    given = [value for value in span if value is not None]
    if len(given) != 1 or given[0] < 0:
        raise reader.error("give one of minutes, open_minutes, open_days or mornings, not negative")
    return span


def _response(table: Reader) -> Response:
    steps = []
    for number, step in enumerate(table.items("ladder"), start=1):
        at = Reader(step, f"{table.where}.ladder[{number}]")
        after, audience = _span(at.table("after")), at.text("audience")
        if audience not in AUDIENCES:
            raise at.error(f"unknown audience {audience!r}")
        at.done()
        steps.append(LadderStep(after, audience))
    return Response(table.text("clinic_does"), tuple(steps))


def _floored(table: Reader) -> Response:
    response = _response(table)
    table.done()
    return response


def _follow_up(table: Reader) -> FollowUp:
    again = (
        _span(Reader(pause, f"{table.where}.again[{number}]")) for number, pause in enumerate(table.items("again"), 1)
    )
    follow_up = FollowUp(
        call=_span(table.table("call")),
        remind=_span(table.table("remind")),
        again=tuple(again),
        decide=_span(table.table("decide")),
        release=_span(table.table("release")),
    )
    table.done()
    return follow_up


def read_tiers(reader: Reader) -> dict[str, Tier]:
    tiers: dict[str, Tier] = {}
    for rank, table in enumerate(reader.each("tiers", "name")):
        name = table.text("name")
        disposition = table.text("disposition")
        if disposition not in DISPOSITIONS:
            raise table.error(f"unknown disposition {disposition!r}")
        tiers[name] = Tier(
            name=name,
            rank=rank,
            disposition=disposition,
            safety=table.flag("safety"),
            marketing=table.flag("marketing"),
            usual=_response(table),
            after_safety_rule=_floored(table.table("after_safety_rule")) if "after_safety_rule" in table else None,
            message=table.optional_text("message"),
            deadline=_span(table.table("deadline")) if "deadline" in table else None,
            follow_up=_follow_up(table.table("follow_up")),
        )
        table.done()
    reader.done()
    return tiers
