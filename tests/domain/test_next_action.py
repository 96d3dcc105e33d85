"""Tests a lead's next action, and what happens if the owner does not act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import AlreadyTaken, InvalidInput, WrongState
from shared.domain.intake.spam_signs import Suspicion
from shared.domain.leads.action import closes_as
from shared.domain.leads.alert import alert_for, reminder_for
from shared.domain.leads.escalation import NEVER
from shared.domain.leads.history import RELEASED, WorkState
from shared.domain.leads.lead import Lead
from shared.domain.leads.lead_summary import LeadSummary
from shared.domain.leads.next_action import next_action
from shared.domain.leads.overdue import REMINDER, alert_due, is_overdue, released, reminded
from shared.domain.leads.rota import EVERYONE
from shared.domain.leads.staff import CLINICIAN, Staff
from shared.domain.leads.staff_actions import work
from tests.domain.test_staff_actions import CLERK, LEADS, REFUSALS, RULES, STEPS, TIERS, act, action, work_of
from tests.functions.calls import EMERGENCY, NOT_A_FIT, PRIORITY, ROUTINE, URGENT
from tests.leads import HOURS, RECEIVED, a_lead, varied

FROM_A_MACHINE = varied(a_lead(URGENT), suspicion=Suspicion(suspect=True))
BEN = Staff("b", "ben", frozenset({CLINICIAN}))


def chicago(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-01-{day:02}T{clock}-06:00").astimezone(UTC)


def plan(lead: Lead) -> tuple[str, datetime | None, datetime | None, datetime | None]:
    found = next_action(lead)
    assert found is not None
    return found.what, found.due, found.remind_at, found.returns_at


TAKEN: list[tuple[Any, datetime, datetime]] = [
    # answers, time of the reminder, deadline of the call
    (EMERGENCY, chicago(14, "10:10"), chicago(14, "10:15")),
    (URGENT, chicago(14, "10:45"), chicago(14, "11:00")),
    (PRIORITY, chicago(15, "08:00"), chicago(15, "17:00")),
    (ROUTINE, chicago(15, "08:00"), chicago(15, "17:00")),
    (NOT_A_FIT, chicago(15, "08:00"), chicago(15, "17:00")),
]


@pytest.mark.parametrize(("answers", "remind_at", "due"), TAKEN)
def test_who_takes_a_lead_is_to_call(answers: Any, remind_at: datetime, due: datetime) -> None:
    assert plan(act(a_lead(answers), "acknowledge")) == ("call", due, remind_at, due)


def test_a_lead_that_nobody_has_is_to_be_taken_by_its_deadline() -> None:
    lead = a_lead(URGENT)
    assert plan(lead) == ("take", lead.escalation.deadline, None, None)
    assert next_action(a_lead(NOT_A_FIT)) is None
    assert next_action(act(lead, "book")) is None


CALLS: list[tuple[Any, list[str], str | None, str, datetime, datetime]] = [
    # answers, call outcomes, good time to call, next action, deadline, when the owner loses the lead
    (EMERGENCY, ["no_answer"], None, "call_again", chicago(14, "10:15"), chicago(14, "10:30")),
    (EMERGENCY, ["no_answer"] * 2, None, "call_again", chicago(14, "11:00"), chicago(14, "11:15")),
    (EMERGENCY, ["no_answer"] * 3, None, "call_again", chicago(15, "08:00"), chicago(15, "08:15")),
    (EMERGENCY, ["no_answer"] * 4, None, "close", chicago(14, "14:00"), chicago(15, "09:00")),
    (EMERGENCY, ["wrong_number"], None, "other_way", chicago(14, "10:15"), chicago(14, "10:30")),
    (EMERGENCY, ["no_answer", "wrong_number"], None, "other_way", chicago(14, "11:00"), chicago(14, "11:15")),
    (EMERGENCY, ["wrong_number", "left_message"], None, "call_again", chicago(14, "11:00"), chicago(14, "11:15")),
    (EMERGENCY, ["wrong_number"] * 4, None, "close", chicago(14, "14:00"), chicago(15, "09:00")),
    (URGENT, ["wrong_number"], None, "other_way", chicago(14, "12:00"), chicago(14, "13:00")),
    (URGENT, ["left_message"], None, "call_again", chicago(14, "12:00"), chicago(14, "13:00")),
    (URGENT, ["reached"], None, "close", chicago(14, "14:00"), chicago(15, "09:00")),
    (URGENT, ["emergency_room"], None, "close", chicago(14, "14:00"), chicago(15, "09:00")),
    (ROUTINE, ["no_answer"], "evening", "call_again", chicago(14, "12:00"), chicago(15, "17:00")),
    (ROUTINE, ["no_answer"] * 2, "evening", "call_again", chicago(15, "16:00"), chicago(16, "17:00")),
    (ROUTINE, ["no_answer"] * 2, "afternoon", "call_again", chicago(15, "13:00"), chicago(16, "17:00")),
    (ROUTINE, ["no_answer"] * 2, "morning", "call_again", chicago(15, "08:00"), chicago(16, "17:00")),
    (
        ROUTINE,
        ["left_message", "no_answer", "no_answer"],
        None,
        "call_again",
        chicago(16, "08:00"),
        chicago(19, "17:00"),
    ),
    (ROUTINE, ["no_answer"] * 4, None, "close", chicago(15, "17:00"), chicago(16, "17:00")),
    (ROUTINE, ["no_answer", "reached", "no_answer"], None, "call_again", chicago(14, "12:00"), chicago(15, "17:00")),
    (ROUTINE, ["to_be_booked"], None, "confirm_booking", chicago(15, "17:00"), chicago(16, "17:00")),
    (ROUTINE, ["wrong_number"], None, "close", chicago(15, "17:00"), chicago(16, "17:00")),
    (ROUTINE, ["wrong_number", "no_answer"], None, "call_again", chicago(14, "12:00"), chicago(15, "17:00")),
]


@pytest.mark.parametrize(("answers", "calls", "best_time", "what", "due", "returns_at"), CALLS)
def test_what_comes_after_each_call(
    answers: Any, calls: list[str], best_time: str | None, what: str, due: datetime, returns_at: datetime
) -> None:
    contact = {"phone": "(312) 555-0142", **({"best_time": best_time} if best_time else {})}
    lead = act(a_lead(answers, contact=contact), "acknowledge")
    for outcome in calls:
        lead = act(lead, "contact_attempt", outcome=outcome)
    assert plan(lead) == (what, due, due, returns_at)


def test_a_wrong_number_is_undone_and_ends_no_short_deadline_of_a_raised_lead() -> None:
    taken = act(a_lead(EMERGENCY), "acknowledge")
    undone = act(act(taken, "contact_attempt", outcome="wrong_number"), "undo")
    assert (undone.work, undone.escalation) == (taken.work, taken.escalation)
    wrong = act(act(a_lead(ROUTINE), "acknowledge"), "contact_attempt", outcome="wrong_number")
    assert plan(act(wrong, "raise_tier", tier="EMERGENCY"))[:2] == ("other_way", chicago(14, "10:15"))


@pytest.mark.parametrize(
    ("answers", "outcome", "revoked", "reason"),
    [
        (EMERGENCY, "wrong_number", False, ""),
        (URGENT, "wrong_number", False, ""),
        (ROUTINE, "wrong_number", False, "unreachable"),
        (ROUTINE, "wrong_number", True, ""),
        (ROUTINE, "own_doctor", True, "own_doctor"),
        (EMERGENCY, "emergency_room", False, "emergency_care"),
        (EMERGENCY, "no_answer", False, ""),
    ],
)
def test_what_the_last_call_suggests_for_closing(answers: Any, outcome: str, *, revoked: bool, reason: str) -> None:
    lead = act(a_lead(answers), "contact_attempt", outcome=outcome)
    lead = act(lead, "revoke_consent", consent="contact", text="By phone.") if revoked else lead
    assert closes_as(lead, safety=TIERS[lead.tier].safety) == reason


def test_a_person_who_asks_for_a_time_is_called_then() -> None:
    lead = act(a_lead(URGENT), "acknowledge")
    lead = act(lead, "contact_attempt", outcome="call_at", again_at=chicago(14, "19:30"))
    assert plan(lead) == ("call_again", chicago(14, "19:30"), chicago(14, "19:30"), chicago(14, "20:30"))


def test_a_call_before_anybody_takes_the_lead_counts() -> None:
    lead = act(act(a_lead(URGENT), "contact_attempt", outcome="reached"), "acknowledge", at=chicago(14, "10:05"))
    assert plan(lead)[:2] == ("close", chicago(14, "14:00"))


def test_a_more_urgent_tier_shortens_the_time_to_call() -> None:
    lead = act(a_lead(ROUTINE), "acknowledge")
    raised = act(lead, "raise_tier", tier="EMERGENCY", at=chicago(14, "12:00"))
    assert plan(raised)[:2] == ("call", chicago(14, "12:15"))
    assert raised.escalation.next_at == chicago(14, "12:10")
    assert plan(act(raised, "undo", at=chicago(14, "12:01"))) == plan(lead)


def later(lead: Lead, at: datetime) -> tuple[Lead, list[int]]:
    """Sweeps each minute until `at`. Returns the lead and the escalation levels that were due."""
    now, sent = RECEIVED, []
    while now <= at:
        if is_overdue(lead, now):
            lead = released(lead, TIERS, now)
        ladder = lead.ladder(TIERS, HOURS)
        level = alert_due(lead, ladder, now)
        if level is not None:
            sent.append(level)
            lead = lead.claimed(level, now)
            lead = reminded(lead, now) if level == REMINDER else lead.alerted(level, ladder, now)
        now += timedelta(minutes=1)
    return lead, sent


def test_a_taken_emergency_that_nobody_calls_goes_back_after_its_owner_was_reminded() -> None:
    lead = act(a_lead(EMERGENCY), "acknowledge")
    assert later(lead, chicago(14, "10:09"))[1] == []
    assert later(lead, chicago(14, "10:14"))[1] == [REMINDER]
    assert [alert.to for alert in reminded(lead, chicago(14, "10:14")).escalation.sent] == ["nurse"]
    back, sent = later(lead, chicago(14, "10:25"))
    assert sent == [REMINDER, 1, 2, 3]
    assert (back.work.status, back.work.owner) == ("new", "")
    entry = back.history[-1]
    assert (entry.action, entry.detail, entry.by, entry.at) == (RELEASED, "call", "system", chicago(14, "10:15"))
    assert [(alert.level, alert.audience) for alert in back.escalation.sent] == [
        (0, "owner"),
        (1, "clinician"),
        (2, "desk"),
        (3, "manager"),
    ]


def test_a_call_that_nobody_makes_again_goes_back_too() -> None:
    lead = act(act(a_lead(URGENT), "acknowledge"), "contact_attempt", outcome="no_answer")
    back, sent = later(lead, chicago(14, "13:00"))
    assert (sent, back.work.status) == ([REMINDER, 1], "new")
    taken = act(back, "acknowledge", BEN, at=chicago(14, "13:05"))
    assert plan(taken)[:2] == (
        "call_again",
        chicago(14, "12:00"),
    )
    assert taken.escalation.next_at == chicago(14, "13:05")
    again = act(taken, "contact_attempt", BEN, outcome="no_answer", at=chicago(14, "13:06"))
    assert plan(again)[:2] == ("call_again", chicago(15, "08:00"))


def test_a_recorded_call_ends_the_time_to_call() -> None:
    lead = act(act(a_lead(EMERGENCY), "acknowledge"), "contact_attempt", outcome="reached", at=chicago(14, "10:14"))
    assert later(lead, chicago(14, "13:59"))[1] == []


def test_a_booked_or_closed_lead_reminds_nobody() -> None:
    lead = act(act(a_lead(URGENT), "acknowledge"), "book", booking={"at": chicago(16, "09:30")})
    assert (later(lead, chicago(14, "18:00"))[1], lead.work.next_action) == ([], None)


def test_after_an_outage_the_owner_is_reminded_before_the_lead_goes_back() -> None:
    lead = act(a_lead(EMERGENCY), "acknowledge")
    late = chicago(14, "12:00")
    assert not is_overdue(lead, late)
    assert alert_due(lead, lead.ladder(TIERS, HOURS), late) == REMINDER
    assert is_overdue(reminded(lead.claimed(REMINDER, late), late), late)


def test_a_reminder_and_an_alert_after_it_name_nobody_but_the_owner() -> None:
    lead = act(a_lead(EMERGENCY, contact={"name": "Jo Doe", "phone": "(312) 555-0142"}), "acknowledge")
    reminder = reminder_for(lead, "https://x.example/#", HOURS.zone)
    assert (reminder.kind, reminder.audience, reminder.attributes["owner"]) == ("reminder", "owner", "nurse")
    assert reminder.attributes["on_call"] == "nurse"
    revoked = act(lead, "revoke_consent", consent="contact", text="By phone.")
    assert "Next: close it, or call for a medical reason, due" in reminder_for(revoked, "", HOURS.zone).body
    assert reminder.body.splitlines()[:3] == [
        f"EMERGENCY lead {lead.reference} is yours.",
        "Next: call, due Wed 2026-01-14 10:15 CST.",
        "From Wed 2026-01-14 10:15 CST on it has no owner, and the clinic is alerted.",
    ]
    back = released(lead, TIERS, chicago(14, "10:15"))
    alert = alert_for(
        back, 1, back.ladder(TIERS, HOURS), "https://x.example/#", HOURS.zone, chicago(14, "10:15"), EVERYONE
    )
    assert alert.body.splitlines()[1:3] == [
        "Somebody had it and did not act in time.",
        "Overdue since Wed 2026-01-14 10:15 CST.",
    ]
    assert alert.received_at is None
    assert "Doe" not in reminder.body + alert.body


@given(st.sampled_from(LEADS), STEPS, st.integers(0, 5000))
def test_every_open_lead_has_a_next_action_and_a_time_at_which_somebody_looks(
    lead: Lead, steps: Any, minutes: int
) -> None:
    """Checks invariant I11 of docs/reliability.md after any action and a later sweep."""
    at = RECEIVED
    for wanted, who, pause, _ in steps:
        at += timedelta(minutes=pause)
        try:
            lead = work_of(lead, wanted, who, at)
        except REFUSALS:
            continue
        checked(lead)
        if is_overdue(lead, at + timedelta(minutes=minutes)):
            lead = released(lead, TIERS, at + timedelta(minutes=minutes))
            checked(lead)


def checked(lead: Lead) -> None:
    found = next_action(lead)
    assert (found is not None) == lead.needs_someone
    summary = LeadSummary.of(lead)
    assert (summary.next_action, summary.next_due) == ((found.what, found.due) if found else ("", None))
    if lead.work.status == "acknowledged":
        assert found is not None
        assert found.remind_at is not None
        assert found.returns_at is not None
        assert found.remind_at <= found.returns_at < NEVER
        assert lead.escalation.next_at == found.remind_at


def test_a_lead_given_back_waits_for_a_colleague_before_it_alerts() -> None:
    at = chicago(14, "10:05")
    taken = act(a_lead(EMERGENCY), "acknowledge")
    for back in (act(taken, "reopen", at=at), act(taken, "undo", at=at)):
        assert back.work == WorkState()
        assert back.escalation.next_at == at + timedelta(minutes=2)
        assert plan(act(back, "acknowledge", BEN, at=at))[0] == "call"
    done = act(a_lead(EMERGENCY), "book", at=at)
    assert act(done, "reopen", at=at).escalation.next_at == at


def test_a_wrong_tap_on_an_outcome_is_undone() -> None:
    taken = act(a_lead(URGENT), "acknowledge")
    called = act(taken, "contact_attempt", outcome="reached")
    undone = act(called, "undo")
    assert (undone.work, undone.escalation) == (taken.work, taken.escalation)


@pytest.mark.parametrize(
    ("tier", "to", "verb"), [(URGENT, "EMERGENCY", "raise_tier"), (URGENT, "ROUTINE", "lower_tier")]
)
def test_a_wrong_tap_on_a_tier_is_undone(tier: Any, to: str, verb: str) -> None:
    lead = a_lead(tier)
    lead = lead.claimed(1, RECEIVED).alerted(1, lead.ladder(TIERS, HOURS), RECEIVED)
    undone = act(act(lead, verb, tier=to, text="By mistake."), "undo")
    assert (undone.tier, undone.escalation.deadline) == (lead.tier, lead.escalation.deadline)
    assert undone.escalation.tier_rank == lead.escalation.tier_rank


def test_undoing_a_raise_of_a_lead_that_alerts_nobody_ends_its_alerts() -> None:
    lead = a_lead(NOT_A_FIT)
    undone = act(act(lead, "raise_tier", tier="URGENT"), "undo")
    assert (undone.needs_someone, undone.escalation.next_at) == (False, None)


@pytest.mark.parametrize(
    ("lead", "before", "fields", "allowed"),
    [
        (a_lead(URGENT), {}, {"reason": "declined"}, False),
        (a_lead(EMERGENCY), {}, {"reason": "unreachable"}, False),
        (a_lead(URGENT), {}, {"reason": "declined", "text": "Her son wrote that she was seen."}, True),
        (a_lead(URGENT), {"outcome": "no_answer"}, {"reason": "unreachable"}, True),
        (a_lead(EMERGENCY), {"outcome": "wrong_number"}, {"reason": "unreachable"}, False),
        (a_lead(URGENT), {"outcome": "wrong_number"}, {"reason": "declined"}, False),
        (a_lead(URGENT), {"outcome": "wrong_number"}, {"reason": "unreachable", "text": "No other address."}, True),
        (a_lead(ROUTINE), {}, {"reason": "declined"}, True),
        (FROM_A_MACHINE, {}, {"reason": "spam"}, True),
        (FROM_A_MACHINE, {}, {"reason": "declined"}, False),
        (a_lead(ROUTINE), {"outcome": "reached"}, {"reason": "unreachable"}, False),
        (a_lead(URGENT), {"outcome": "to_be_booked"}, {"reason": "unreachable"}, False),
        (a_lead(ROUTINE), {"outcome": "reached"}, {"reason": "unreachable", "text": "The number is cut off."}, True),
        (a_lead(ROUTINE), {"outcome": "left_message"}, {"reason": "unreachable"}, True),
        (a_lead(ROUTINE), {"outcome": "wrong_number"}, {"reason": "unreachable"}, True),
        (a_lead(ROUTINE), {"outcome": "reached"}, {"reason": "declined"}, True),
    ],
)
def test_closing_without_a_call_or_against_it_needs_words(
    lead: Lead, before: dict[str, Any], fields: dict[str, Any], allowed: bool
) -> None:
    if before:
        lead = act(lead, "contact_attempt", **before)
    if allowed:
        assert act(lead, "close", **fields).work.status == "closed"
    else:
        with pytest.raises(InvalidInput) as refused:
            act(lead, "close", **fields)
        assert [problem.pointer for problem in refused.value.problems] == ["/text"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"outcome": "call_at"}, "exactly when"),
        ({"outcome": "reached", "again_at": chicago(15, "09:00")}, "exactly when"),
        ({"outcome": "call_at", "again_at": RECEIVED}, "past"),
        ({"outcome": "call_at", "again_at": chicago(14, "10:00") + timedelta(days=30)}, "within the next 30 days"),
    ],
)
def test_a_time_to_call_again_lies_ahead(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        act(a_lead(ROUTINE), "contact_attempt", **fields)
    [problem] = refused.value.problems
    assert (problem.pointer, why in problem.detail) == ("/again_at", True)


@pytest.mark.parametrize("answers", [EMERGENCY, URGENT])
def test_a_person_with_a_red_flag_is_called_again_within_a_day(answers: Any) -> None:
    day = RECEIVED + timedelta(days=1)
    lead = act(act(a_lead(answers), "acknowledge"), "contact_attempt", outcome="call_at", again_at=day)
    assert plan(lead)[:2] == ("call_again", day)
    with pytest.raises(InvalidInput) as refused:
        act(lead, "contact_attempt", outcome="call_at", again_at=day + timedelta(minutes=1))
    assert [problem.pointer for problem in refused.value.problems] == ["/again_at"]


@pytest.mark.parametrize(
    ("answers", "calls", "text", "allowed"),
    [
        (EMERGENCY, [], "", False),
        (EMERGENCY, ["left_message"], "", False),
        (URGENT, ["reached", "wrong_number"], "", False),
        (URGENT, ["no_answer"], "Her son agreed to it.", True),
        (EMERGENCY, ["to_be_booked"], "", True),
        (URGENT, ["no_answer", "reached"], "", True),
        (PRIORITY, [], "", True),
        (ROUTINE, ["left_message"], "", True),
    ],
)
def test_booking_a_person_with_a_red_flag_whom_no_call_reached_needs_words(
    answers: Any, calls: list[str], text: str, *, allowed: bool
) -> None:
    lead = act(a_lead(answers), "acknowledge")
    for outcome in calls:
        lead = act(lead, "contact_attempt", outcome=outcome)
    if allowed:
        booked = act(lead, "book", text=text)
        moved = act(booked, "book", booking={"at": chicago(20, "09:30")}, text="")
        assert (moved.work.status, booked.history[-1].text) == ("booked", text)
    else:
        with pytest.raises(InvalidInput) as refused:
            act(lead, "book", text=text)
        assert [problem.pointer for problem in refused.value.problems] == ["/text"]


def test_who_takes_a_lead_over_has_the_time_to_call_anew() -> None:
    taken = act(a_lead(EMERGENCY), "acknowledge")
    over = act(taken, "take_over", BEN, at=chicago(14, "10:12"))
    assert (over.work.owner_name, over.work.acknowledged_at) == ("ben", RECEIVED)
    assert plan(over)[:2] == ("call", chicago(14, "10:27"))
    assert act(over, "undo", BEN, at=chicago(14, "10:13")).work == taken.work
    for lead, who in ((over, BEN), (a_lead(URGENT), BEN), (act(taken, "book"), BEN)):
        with pytest.raises(WrongState):
            act(lead, "take_over", who)


def test_a_colleague_who_acted_meanwhile_keeps_the_lead() -> None:
    taken = act(a_lead(EMERGENCY), "acknowledge")
    over = act(taken, "take_over", BEN)
    with pytest.raises(AlreadyTaken) as refused:
        work(over, action("take_over", taken.version), CLERK, RECEIVED, RULES)
    assert refused.value.owner_name == "ben"
