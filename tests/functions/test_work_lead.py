"""Tests staff actions, their permissions, and concurrent actions and alerts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from functions import alert_staff, work_lead
from shared.http.requests import Request
from tests.aws import Aws
from tests.functions.calls import (
    CONTEXT,
    EMERGENCY,
    LEAD_ID,
    NOT_A_FIT,
    PRIORITY,
    ROUTINE,
    URGENT,
    Json,
    content,
    event,
    pointers,
    stream_of,
)
from tests.functions.conftest import AN_OPEN_HOUR, Clock
from tests.functions.staff_calls import (
    IDS,
    attributes,
    captured,
    listed,
    opened,
    references,
    signed_in,
    swept,
    worked,
)

pytestmark = pytest.mark.usefixtures("clock")


def test_acknowledging_sets_the_owner_and_is_in_the_history(aws: Aws) -> None:
    answer = worked(captured(URGENT), "acknowledge")
    assert answer["statusCode"] == 200
    summary = content(answer)["summary"]
    assert (summary["status"], summary["owner_name"], summary["owner"]) == ("acknowledged", "nurse", IDS["nurse"])
    [entry] = content(answer)["history"]
    assert (entry["action"], entry["by_name"], entry["at"]) == ("acknowledge", "nurse", "2026-01-14T16:00:00Z")
    assert aws.leads()[0]["history"][0]["by"] == IDS["nurse"]


def test_an_acknowledged_lead_stops_escalating(aws: Aws, clock: Clock) -> None:
    reference = captured(URGENT)
    worked(reference, "acknowledge")
    aws.alerts()
    clock.at += timedelta(minutes=44)
    assert swept() == 0
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    assert aws.alerts() == []
    worked(reference, "book")
    clock.at += timedelta(days=2)
    assert swept() == 0
    assert "next_at" not in aws.items()[0]


def test_a_taken_lead_that_nobody_calls_reminds_its_owner_and_escalates_again(aws: Aws, clock: Clock) -> None:
    reference = captured(EMERGENCY)
    worked(reference, "acknowledge")
    aws.alerts()
    sent = []
    for minutes in (9, 1, 4, 1, 5):
        clock.at += timedelta(minutes=minutes)
        swept()
        sent.append([attributes(alert) for alert in aws.alerts()])
    assert [[(alert["kind"], alert["audience"]) for alert in alerts] for alerts in sent] == [
        [],
        [("reminder", "owner")],
        [],
        [("new", "clinician")],
        [("escalation", "desk")],
    ]
    assert sent[1][0]["owner"] == "nurse"
    seen = content(opened(reference))
    assert (seen["summary"]["status"], seen["summary"]["next_action"], seen["history"][-1]["action"]) == (
        "new",
        "take",
        "released",
    )
    assert [(alert["level"], alert["audience"]) for alert in seen["alerts"]] == [
        (1, "clinician"),
        (0, "owner"),
        (1, "clinician"),
        (2, "desk"),
    ]


def test_an_owner_who_calls_while_the_lead_goes_back_keeps_it(aws: Aws, clock: Clock) -> None:
    reference = captured(EMERGENCY)
    worked(reference, "acknowledge")
    clock.at += timedelta(minutes=10)
    swept()
    clock.at += timedelta(minutes=5)

    def calling(called: str) -> None:
        if called == "dynamodb.PutItem":
            aws.wire.before = None
            worked(reference, "contact_attempt", outcome="reached")

    aws.wire.before = calling
    assert swept() == 0
    seen = content(opened(reference))
    assert (seen["summary"]["owner_name"], seen["next"]["what"], seen["closes_as"]) == ("nurse", "close", "")
    worked(reference, "contact_attempt", outcome="emergency_room")
    assert content(opened(reference))["closes_as"] == "emergency_care"


def test_acknowledging_twice_is_the_same_as_once(aws: Aws) -> None:
    reference = captured(URGENT)
    worked(reference, "acknowledge", version=1)
    once = aws.items()
    assert worked(reference, "acknowledge", version=1)["statusCode"] == 200
    assert aws.items() == once


def test_a_second_acknowledgement_says_who_has_the_lead(aws: Aws) -> None:
    reference = captured(URGENT)
    version = content(opened(reference))["summary"]["version"]
    worked(reference, "acknowledge", "desk", version)
    before = aws.items()
    answer = worked(reference, "acknowledge", "nurse", version)
    assert answer["statusCode"] == 409
    assert content(answer)["owner_name"] == "desk"
    assert content(answer)["since"] == "2026-01-14T16:00:00+00:00"
    assert content(answer)["detail"] == "desk has it."
    assert aws.items() == before


@pytest.mark.parametrize(
    ("operation", "nth"),
    [("dynamodb.Query", 1), ("dynamodb.GetItem", 1), ("dynamodb.PutItem", 1), ("dynamodb.PutItem", 2)],
)
def test_of_two_concurrent_acknowledgements_one_wins(aws: Aws, operation: str, nth: int) -> None:
    """The desk acknowledges the lead just before the `nth` call of `operation`."""
    reference = captured(URGENT)
    calls: list[str] = []
    first: list[Json] = []

    def in_between(called: str) -> None:
        calls.append(called)
        if called == operation and calls.count(operation) == nth:
            aws.wire.before = None
            first.append(worked(reference, "acknowledge", "desk", version=3))

    aws.wire.before = in_between
    second = worked(reference, "acknowledge", "nurse", version=3)
    [lead] = aws.leads()
    assert [answer["statusCode"] for answer in (*first, second)] == [200, 409]
    assert content(second)["owner_name"] == lead["owner_name"] == "desk"
    assert [entry["action"] for entry in lead["history"]] == ["acknowledge"]


def test_a_concurrent_alert_is_not_a_conflict(aws: Aws, clock: Clock) -> None:
    reference = captured(URGENT)
    seen = content(opened(reference))["summary"]["version"]
    clock.at += timedelta(minutes=31)
    assert swept() == 1
    assert worked(reference, "acknowledge", version=seen)["statusCode"] == 200


def test_a_lead_acknowledged_during_its_alert_remains_owned(aws: Aws) -> None:
    reference = captured(URGENT, alerted=False)

    def taking(called: str) -> None:
        if called == "sns.Publish":
            aws.wire.before = None
            worked(reference, "acknowledge")

    aws.wire.before = taking
    assert swept() == 1
    [lead] = aws.leads()
    assert (lead["status"], lead["next_at"]) == ("acknowledged", "2026-01-14T16:45:00Z")


def test_a_note_during_an_alert_does_not_repeat_the_alert(aws: Aws, clock: Clock) -> None:
    reference = captured(URGENT, alerted=False)

    def noting(called: str) -> None:
        if called == "sns.Publish":
            aws.wire.before = None
            worked(reference, "note", text="The line is busy.")

    aws.wire.before = noting
    assert swept() == 1
    clock.at += timedelta(minutes=5)
    assert swept() == 0
    assert len(aws.alerts()) == 1
    assert aws.leads()[0]["history"][0]["text"] == "The line is busy."


def test_a_lead_goes_through_its_whole_workflow(aws: Aws, clock: Clock) -> None:
    reference = captured(PRIORITY)
    worked(reference, "acknowledge")
    worked(reference, "contact_attempt", outcome="left_message")
    worked(reference, "contact_attempt", outcome="reached", text="Wants an afternoon.")
    booking = {"at": "2026-01-16T09:30:00-06:00", "with_whom": " Dr. Lee ", "note": "Bring your MRI."}
    answer = content(worked(reference, "book", booking=booking))
    assert (answer["summary"]["status"], answer["summary"]["attempts"]) == ("booked", 2)
    assert answer["booking"] == {"at": "2026-01-16T15:30:00Z", "with_whom": "Dr. Lee", "note": "Bring your MRI."}
    assert answer["summary"]["booked_for"] == "2026-01-16T15:30:00Z"
    assert [(entry["action"], entry["detail"]) for entry in answer["history"]] == [
        ("acknowledge", ""),
        ("contact_attempt", "left_message"),
        ("contact_attempt", "reached"),
        ("book", "2026-01-16T15:30:00+00:00"),
    ]
    assert references(listed(view="open")) == []
    assert references(listed(view="closed")) == [reference]


def test_a_reopened_lead_escalates_from_the_first_level(aws: Aws, clock: Clock) -> None:
    reference = captured(URGENT)
    worked(reference, "close", reason="spam", text="A test.")
    clock.at += timedelta(days=3)
    assert worked(reference, "reopen")["statusCode"] == 200
    aws.alerts()
    audiences = []
    for minutes in (0, 30, 30):
        clock.at += timedelta(minutes=minutes)
        assert swept() == 1
        [alert] = aws.alerts()
        audiences.append(alert["MessageAttributes"]["audience"]["Value"])
        assert "taken" not in alert["Message"], "a colleague had it"
    assert audiences == ["clinician", "desk", "manager"]
    assert aws.leads()[0]["owner"] == ""


def test_undoing_an_acknowledgement_continues_the_escalation(aws: Aws, clock: Clock) -> None:
    reference = captured(URGENT)
    worked(reference, "acknowledge")
    clock.at += timedelta(minutes=5)
    answer = content(worked(reference, "undo"))
    assert (answer["summary"]["status"], answer["summary"]["owner"]) == ("new", "")
    assert swept() == 0
    clock.at = AN_OPEN_HOUR + timedelta(minutes=30)
    assert swept() == 1


@pytest.mark.parametrize("done", [{"action": "acknowledge"}, {"action": "close", "reason": "unreachable", "text": "-"}])
def test_giving_a_lead_back_and_reopening_it_are_undone(aws: Aws, clock: Clock, done: Json) -> None:
    reference = captured(URGENT)
    before = content(worked(reference, **done))
    worked(reference, "reopen")
    clock.at += timedelta(minutes=1)
    after = content(worked(reference, "undo"))
    same = ("status", "owner", "acknowledged_at", "closed_at", "next_due")
    assert [after["summary"][name] for name in same] == [before["summary"][name] for name in same]
    aws.alerts()
    clock.at += timedelta(minutes=5)
    assert swept() == 0


def test_only_ones_own_recent_last_action_can_be_undone(clock: Clock) -> None:
    reference = captured(URGENT)
    worked(reference, "acknowledge")
    assert worked(reference, "undo", "desk")["statusCode"] == 409
    clock.at += timedelta(minutes=10, seconds=1)
    assert worked(reference, "undo")["statusCode"] == 409


def test_a_raised_tier_alerts_that_tiers_audience(aws: Aws, clock: Clock) -> None:
    reference = captured(ROUTINE)
    aws.alerts()
    answer = content(worked(reference, "raise_tier", "desk", tier="EMERGENCY"))
    assert answer["summary"]["tier"] == "EMERGENCY"
    assert answer["summary"]["deadline"] == "2026-01-14T16:15:00Z"
    assert swept() == 1
    [alert] = aws.alerts()
    assert alert["MessageAttributes"]["tier"]["Value"] == "EMERGENCY"
    assert alert["MessageAttributes"]["audience"]["Value"] == "clinician"


@pytest.mark.parametrize("tier", ["EMERGENCY", "URGENT", "PRIORITY"])
@pytest.mark.parametrize("who", ["desk", "admin"])
def test_only_a_clinician_lowers_a_tier(aws: Aws, tier: str, who: str) -> None:
    reference = captured({"EMERGENCY": EMERGENCY, "URGENT": URGENT, "PRIORITY": PRIORITY}[tier])
    before = aws.items()
    answer = worked(reference, "lower_tier", who, tier="ROUTINE", text="It looks harmless.")
    assert answer["statusCode"] == 403
    assert aws.items() == before


def test_a_clinician_lowers_a_tier_with_a_reason(aws: Aws) -> None:
    reference = captured(URGENT)
    assert pointers(worked(reference, "lower_tier", tier="ROUTINE")) == ["/text"]
    answer = content(worked(reference, "lower_tier", tier="ROUTINE", text="Fever was last year."))
    assert (answer["summary"]["tier"], answer["triage"]["tier"]) == ("ROUTINE", "URGENT")
    assert answer["history"][-1]["text"] == "Fever was last year."


def test_the_desk_cannot_close_a_red_flag_lead_as_not_a_fit() -> None:
    reference = captured(URGENT)
    assert worked(reference, "close", "desk", reason="not_a_fit")["statusCode"] == 403
    assert pointers(worked(reference, "close", "desk", reason="unreachable")) == ["/text"]
    worked(reference, "contact_attempt", "desk", outcome="no_answer")
    assert worked(reference, "close", "desk", reason="unreachable")["statusCode"] == 200


@pytest.mark.parametrize(
    ("who", "status"), [("admin", 403), ("manager", 403), ("guest", 403), ("desk", 200), ("nurse", 200)]
)
def test_which_groups_may_work_leads(who: str, status: int) -> None:
    assert worked(captured(URGENT), "acknowledge", who, version=1)["statusCode"] == status


def test_without_a_sign_in_nothing_happens(aws: Aws) -> None:
    captured(URGENT)
    before = aws.items()
    call = event("work_lead")
    del call["requestContext"]["authorizer"]
    assert work_lead.handler(call, CONTEXT)["statusCode"] == 401
    assert aws.items() == before
    assert aws.accesses() == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"action": "contact_attempt"}, "/outcome"),
        ({"action": "close"}, "/reason"),
        ({"action": "raise_tier", "tier": "canaryvalue"}, "/tier"),
        ({"action": "raise_tier"}, "/tier"),
        ({"action": "lower_tier", "tier": "canaryvalue", "text": "A reason."}, "/tier"),
        ({"action": "lower_tier", "text": "A reason."}, "/tier"),
        ({"action": "note"}, "/text"),
        ({"action": "revoke_consent", "text": "By phone."}, "/consent"),
        ({"action": "revoke_consent", "consent": "sms"}, "/text"),
        ({"action": "revoke_consent", "consent": "canaryvalue", "text": "By phone."}, "/consent"),
        ({"action": "book", "booking": {"at": "2026-01-14T09:59:59-06:00"}}, "/booking/at"),
        ({"action": "book", "booking": {"at": "2026-01-16T09:30:00"}}, "/booking/at"),
        ({"action": "book", "booking": {"at": "2036-01-16T09:30:00-06:00"}}, "/booking/at"),
        ({"action": "book", "booking": {"at": "2026-01-16T09:30:00-06:00", "note": "x" * 1001}}, "/booking/note"),
        ({"action": "book", "booking": None}, "/booking/at"),
        ({"action": "note", "text": "x" * 1001}, "/text"),
        ({"action": "note", "text": "\u0000"}, "/text"),
        ({"action": "canaryvalue"}, "/action"),
        ({"action": "acknowledge", "version": 0}, "/version"),
    ],
)
def test_an_invalid_field_is_named_and_never_quoted(aws: Aws, body: Json, pointer: str) -> None:
    reference = captured(URGENT)
    before = aws.items()
    fields = {name: value for name, value in body.items() if name not in ("action", "version")}
    answer = worked(reference, body["action"], version=body.get("version", 1), **fields)
    assert answer["statusCode"] == 422
    assert pointers(answer) == [pointer]
    assert "canaryvalue" not in answer["body"]
    assert aws.items() == before


def test_the_access_log_has_what_was_done_and_not_what_was_refused(aws: Aws) -> None:
    reference = captured(URGENT)
    worked(reference, "note", version=3)
    worked(reference, "lower_tier", "desk", 3, tier="ROUTINE", text="A reason.")
    worked(reference, "acknowledge", "desk", 3)
    worked(reference, "acknowledge", "nurse", 3)
    assert [(entry["what"], entry["staff_name"]) for entry in aws.accesses()] == [("acknowledge", "desk")]


def test_the_history_says_for_when_the_person_asked(clock: Clock) -> None:
    reference = captured(URGENT)
    for asked in (None, "2026-01-14T20:00:00+00:00", None, "2026-01-14T21:00:00+00:00"):
        clock.at += timedelta(minutes=1)
        worked(reference, "contact_attempt", outcome="call_at" if asked else "no_answer", again_at=asked)
    worked(reference, "note", text="A note.")
    entries = content(opened(reference))["history"]
    assert [(entry["again_at"] or "")[11:13] for entry in entries] == ["", "20", "", "21", ""]


def test_an_unknown_reference_is_not_found() -> None:
    assert worked("00000-00000", "acknowledge", version=1)["statusCode"] == 404


def test_actions_are_counted_without_personal_data(logs: Callable[[], str]) -> None:
    reference = captured(URGENT)
    worked(reference, "note", text="canaryvalue")
    text = logs()
    assert '"worked":[1.0]' in text
    assert "canaryvalue" not in text


def test_a_lead_without_escalation_levels_can_be_acknowledged(aws: Aws) -> None:
    reference = captured(NOT_A_FIT)
    assert references(listed(view="open")) == []
    worked(reference, "acknowledge")
    assert references(listed(view="open")) == [reference]
    worked(reference, "undo")
    assert references(listed(view="open")) == []
    assert references(listed(view="closed")) == [reference]


def test_a_failing_table_is_reported_and_the_lead_is_not_shown(aws: Aws) -> None:
    reference = captured(URGENT)
    aws.wire.down = {"dynamodb.PutItem"}
    assert worked(reference, "acknowledge", version=1)["statusCode"] == 503
    assert opened(reference)["statusCode"] == 503


@pytest.mark.parametrize(
    "read", [opened, lambda _reference: listed(), lambda reference: worked(reference, "book", version=1)]
)
def test_staff_problems_have_instructions_and_no_advice_for_patients(aws: Aws, read: Callable[[str], Json]) -> None:
    reference = captured(URGENT)
    aws.wire.down = {"dynamodb.Query"}
    problem = content(read(reference))
    assert problem["status"] == 503
    assert problem["detail"] == "Check in a few seconds whether it was done before you try again."
    assert not {"emergency_advice", "clinic_phone"} & problem.keys()


@pytest.mark.parametrize(
    ("claim", "may_erase"),
    [
        ("[admin]", True),
        ("[clinician admin]", True),
        *(
            (claim, False)
            for claim in (
                *("", "[]", "[visitors,admin]", "[[admin]]", "[[admin] clinician]", "[admin,clinician]", '["admin"]'),
                *("[Admin]", "[ADMIN]", "[administrators]", "[admin-]", "[.admin]", "[admin;]", "[admin\u200b]"),
                *("[visitors\u00a0admin]", "[visitors\u2003admin]", "[visitors\u0085admin]", "[visitors\x1fadmin]"),
                *("[\u0430dmin]", "[\uff41dmin]", "[adm\u0131n]"),
            )
        ),
    ],
)
def test_a_group_counts_only_by_its_exact_name(claim: str, may_erase: bool) -> None:
    call = signed_in(event("show_lead"), "nurse")
    call["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = claim
    assert Request.of(call).staff.may_administer is may_erase


def test_a_lead_is_handed_over_by_name() -> None:
    reference = captured(URGENT)
    assert worked(reference, "acknowledge")["statusCode"] == 200
    over = worked(reference, "hand_over", to="desk")
    assert content(over)["summary"]["owner"] == IDS["desk"]
    assert [row["reference"] for row in content(listed("admin", owner=IDS["desk"]))["leads"]] == [reference]
    assert content(listed("admin", owner=IDS["nurse"]))["leads"] == []
    again = worked(reference, "hand_over", to="other-nurse")
    assert (again["statusCode"], content(again)["owner_name"]) == (409, "desk")
    for name in ("admin", "nobody"):
        refused = worked(reference, "hand_over", "desk", to=name)
        assert (refused["statusCode"], pointers(refused)) == (422, ["/to"])
