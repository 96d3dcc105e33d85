"""Tests staff actions, one by one and in random sequences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import AlreadyTaken, FieldProblem, InvalidInput, NotAllowed, WrongState
from shared.domain.leads.action import Action, ActionName
from shared.domain.leads.booking import Booking
from shared.domain.leads.lead import Lead
from shared.domain.leads.overdue import REMINDER, alert_due
from shared.domain.leads.staff import ADMIN, CLINICIAN, DESK, Staff
from shared.domain.leads.staff_actions import WorkRules, possible_actions, work
from tests.functions.calls import EMERGENCY, NOT_A_FIT, PRIORITY, ROUTINE, URGENT
from tests.leads import HOURS, RECEIVED, RULEBOOK, a_lead, varied, with_what_it_needs

TIERS = RULEBOOK.rule_sets["fs-intake"].tiers
RULES = WorkRules(TIERS, HOURS)
NURSE = Staff("n", "nurse", frozenset({CLINICIAN}))
CLERK = Staff("d", "desk", frozenset({DESK}))
OWNER = Staff("a", "admin", frozenset({ADMIN}))
LEADS = [a_lead(answers) for answers in (EMERGENCY, URGENT, PRIORITY, ROUTINE, NOT_A_FIT)]
LEADS.append(a_lead(ROUTINE, website="https://spam.example"))
REFUSALS = (AlreadyTaken, InvalidInput, NotAllowed, WrongState)


def action(name: str, version: int = 1, **fields: object) -> Action:
    return Action.model_validate({"action": name, "version": version, **with_what_it_needs(name, fields)})


def act(
    lead: Lead, name: str, who: Staff = NURSE, at: datetime = RECEIVED, to: Staff | None = None, **fields: object
) -> Lead:
    named = {"to": to.name} if to else {}
    return work(lead, action(name, lead.version, **fields, **named), who, at, RULES, to)


def work_of(lead: Lead, request: Action, who: Staff, at: datetime) -> Lead:
    return work(lead, varied(request, version=lead.version), who, at, RULES, colleague_of(who))


def colleague_of(who: Staff) -> Staff:
    return CLERK if who is NURSE else NURSE


ACTIONS = st.builds(
    action,
    # revoke_consent would change the submission.
    st.sampled_from([name for name in get_args(ActionName) if name != "revoke_consent"]),
    version=st.integers(1, 12),
    outcome=st.sampled_from(["reached", "no_answer", "wrong_number"]),
    reason=st.sampled_from(["spam", "not_a_fit"]),
    tier=st.sampled_from(sorted(TIERS)),
    text=st.sampled_from(["", "in words"]),
    to=st.just("a colleague"),
)
STEPS = st.lists(
    st.tuples(ACTIONS, st.sampled_from([NURSE, CLERK, OWNER]), st.integers(0, 15), st.booleans()), max_size=12
)
Check = Callable[[Lead, Lead, Action, Staff, datetime], None]


def run(lead: Lead, steps: list[tuple[Action, Staff, int, bool]], check: Check) -> None:
    """Carries out the steps and checks each successful step.

    steps: request, actor, minutes since the previous step, whether the actor saw the current version
    """
    at = RECEIVED
    for wanted, who, minutes, up_to_date in steps:
        at += timedelta(minutes=minutes)
        request = varied(wanted, version=lead.version) if up_to_date else wanted
        try:
            after = work(lead, request, who, at, RULES, colleague_of(who))
        except REFUSALS:
            continue
        check(lead, after, request, who, at)
        lead = after


@given(st.sampled_from(LEADS), STEPS)
def test_each_action_adds_one_version_and_one_history_entry(
    lead: Lead, steps: list[tuple[Action, Staff, int, bool]]
) -> None:
    def check(before: Lead, after: Lead, request: Action, who: Staff, at: datetime) -> None:
        if after is before:
            return
        assert after.version == before.version + 1
        assert after.history[:-1] == before.history
        entry = after.history[-1]
        assert (entry.action, entry.by, entry.at, entry.version) == (request.action, who.id, at, after.version)

    run(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_only_clinicians_lower_a_tier_and_always_with_a_reason(
    lead: Lead, steps: list[tuple[Action, Staff, int, bool]]
) -> None:
    def check(before: Lead, after: Lead, request: Action, who: Staff, at: datetime) -> None:
        if TIERS[after.tier].rank > TIERS[before.tier].rank:
            assert (request.action, who) == ("lower_tier", NURSE)
            assert request.text
        assert after.assessment.triage == before.assessment.triage

    run(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_levels_are_alerted_exactly_while_a_lead_has_no_owner(
    lead: Lead, steps: list[tuple[Action, Staff, int, bool]]
) -> None:
    """Tests I5 and I8 of docs/reliability.md."""

    def check(before: Lead, after: Lead, request: Action, who: Staff, at: datetime) -> None:
        ladder = after.ladder(TIERS, HOURS)
        waits = after.work.status == "acknowledged" or (after.work.status == "new" and bool(len(ladder)))
        assert (after.escalation.next_at is not None) == waits
        assert bool(after.work.owner) == (after.work.status != "new")
        if after.work.status != "new":
            assert alert_due(after, ladder, at + timedelta(days=90)) in (None, REMINDER)

    run(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_the_rank_on_the_worklist_is_that_of_the_tier(lead: Lead, steps: list[tuple[Action, Staff, int, bool]]) -> None:
    def check(before: Lead, after: Lead, request: Action, who: Staff, at: datetime) -> None:
        assert after.escalation.tier_rank == TIERS[after.tier].rank

    run(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_actions_never_change_the_submission(lead: Lead, steps: list[tuple[Action, Staff, int, bool]]) -> None:
    def check(before: Lead, after: Lead, request: Action, who: Staff, at: datetime) -> None:
        assert after.submitted == before.submitted
        assert after.assessment == before.assessment

    run(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_undo_restores_the_work_state(lead: Lead, steps: list[tuple[Action, Staff, int, bool]]) -> None:
    states = {lead.version: (lead.work, lead.tier, lead.escalation.deadline)}

    def check(before: Lead, after: Lead, request: Action, who: Staff, at: datetime) -> None:
        states[after.version] = (after.work, after.tier, after.escalation.deadline)
        if request.action == "undo":
            undone = after.history[-1].undo_of
            assert undone == before.version
            assert states[after.version] == states[undone - 1]

    run(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_actions_that_succeed_are_offered(lead: Lead, steps: list[tuple[Action, Staff, int, bool]]) -> None:
    def check(before: Lead, after: Lead, request: Action, who: Staff, at: datetime) -> None:
        if after is not before and request.version == before.version:
            assert request.action in possible_actions(before, who, at, RULES)

    run(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_a_lead_is_stored_and_read_back_as_it_is(lead: Lead, steps: list[tuple[Action, Staff, int, bool]]) -> None:
    def check(before: Lead, after: Lead, request: Action, who: Staff, at: datetime) -> None:
        assert Lead.model_validate_json(after.model_dump_json()) == after

    run(lead, steps, check)


def test_a_stale_view_of_a_closed_lead_says_who_closed_it() -> None:
    lead = a_lead(URGENT)
    closed = act(lead, "close", CLERK, reason="spam", text="A test of the form.")
    with pytest.raises(WrongState) as refusal:
        work(closed, action("reopen", lead.version), NURSE, RECEIVED, RULES)
    assert (refusal.value.by_name, refusal.value.action, refusal.value.at) == ("desk", "close", RECEIVED)


def test_a_note_does_not_conflict_with_a_colleagues_action() -> None:
    lead = act(a_lead(URGENT), "acknowledge", CLERK)
    assert work(lead, action("note", 1, text="A note."), NURSE, RECEIVED, RULES).work.owner == CLERK.id


NEEDED: dict[str, Any] = {
    "close": {"reason": "declined"},
    "lower_tier": {"tier": "ROUTINE", "text": "In words."},
    "raise_tier": {"tier": "EMERGENCY"},
    "contact_attempt": {"outcome": "no_answer"},
    "note": {"text": "A note."},
}


@pytest.mark.parametrize("name", ["close", "book", "lower_tier", "reopen"])
@pytest.mark.parametrize("owned", [True, False])
def test_a_colleagues_call_refuses_what_would_end_the_work_unread(name: str, *, owned: bool) -> None:
    lead = act(a_lead(URGENT), "acknowledge") if owned or name == "reopen" else a_lead(URGENT)
    called = act(lead, "contact_attempt", CLERK, outcome="to_be_booked")
    noted = act(called, "note", CLERK, text="A note.")
    with pytest.raises(WrongState) as refusal:
        work(noted, action(name, lead.version, **NEEDED.get(name, {})), NURSE, RECEIVED, RULES)
    assert (refusal.value.by_name, refusal.value.action) == ("desk", "contact_attempt")
    assert act(noted, name, **NEEDED.get(name, {})).history[-1].action == name


@pytest.mark.parametrize("name", ["contact_attempt", "note", "acknowledge", "raise_tier"])
def test_a_colleagues_call_does_not_refuse_the_rest(name: str) -> None:
    lead = a_lead(URGENT)
    called = act(lead, "contact_attempt", CLERK, outcome="no_answer")
    request = action(name, lead.version, **NEEDED.get(name, {}))
    assert work(called, request, NURSE, RECEIVED, RULES).history[-1].action == name


def test_a_colleagues_note_refuses_nothing() -> None:
    lead = act(a_lead(URGENT), "contact_attempt", outcome="no_answer")
    noted = act(lead, "note", CLERK, text="A note.")
    closing = action("close", lead.version, reason="unreachable")
    assert work(noted, closing, NURSE, RECEIVED, RULES).work.status == "closed"


def test_a_colleagues_lead_can_be_reopened_and_taken() -> None:
    lead = act(a_lead(URGENT), "acknowledge", CLERK)
    with pytest.raises(AlreadyTaken):
        act(lead, "acknowledge", NURSE)
    assert act(act(lead, "reopen", NURSE), "acknowledge", NURSE).work.owner == NURSE.id


def test_the_deadline_of_a_lowered_tier_counts_from_arrival() -> None:
    lead = act(a_lead(URGENT), "lower_tier", at=RECEIVED + timedelta(hours=1), tier="ROUTINE", text="A reason.")
    assert lead.escalation.deadline == a_lead(ROUTINE).escalation.deadline


def test_raising_a_tier_never_delays_the_deadline() -> None:
    lead = a_lead(URGENT)
    assert lead.escalation.deadline is not None
    raised = act(lead, "raise_tier", at=lead.escalation.deadline, tier="EMERGENCY")
    assert raised.escalation.deadline == lead.escalation.deadline


@pytest.mark.parametrize("fields", [{"text": "\u5f20" * 1000}, {"text": "-"}])
def test_a_full_history_stops_nobody_from_taking_the_lead(fields: dict[str, Any]) -> None:
    """A table item holds at most 400 KB."""
    lead, full = a_lead(URGENT), False
    while not full:
        try:
            lead = act(lead, "note", text=fields["text"])
        except WrongState:
            full = True
    assert len(lead.model_dump_json().encode()) < 300_000
    assert not act(lead, "revoke_consent", consent="contact", text=fields["text"]).consents_to("contact")
    assert act(lead, "acknowledge", text=fields["text"]).work.status == "acknowledged"
    assert act(lead, "lower_tier", tier="ROUTINE", text=fields["text"]).tier == "ROUTINE"
    assert act(lead, "close", reason="unreachable", text=fields["text"]).work.status == "closed"


def test_an_alert_under_way_is_not_recorded_on_a_lead_that_was_taken() -> None:
    claimed = a_lead(URGENT).claimed(1, RECEIVED)
    taken = act(claimed, "acknowledge")
    assert taken.escalation.next_at != claimed.escalation.next_at


def test_a_booking_can_be_moved_and_moved_back() -> None:
    monday, friday = ({"at": RECEIVED + timedelta(days=days)} for days in (5, 9))
    lead = act(a_lead(URGENT), "book", booking=monday)
    assert lead.work.booking == Booking(RECEIVED + timedelta(days=5))
    assert act(lead, "book", booking=monday) is lead
    moved = act(lead, "book", booking=friday)
    assert (moved.work.booking, moved.work.status) == (Booking(RECEIVED + timedelta(days=9)), "booked")
    assert moved.work.closed_at == lead.work.closed_at
    assert act(moved, "undo").work == lead.work


def test_booked_means_a_time() -> None:
    with pytest.raises(InvalidInput) as refused:
        work(a_lead(URGENT), Action(action="book", version=1), NURSE, RECEIVED, RULES)
    assert refused.value.problems == (FieldProblem("/booking/at", "Enter a time that lies ahead."),)


def test_a_reopened_lead_has_no_booking() -> None:
    lead = act(a_lead(URGENT), "book", booking={"at": RECEIVED + timedelta(days=5)})
    assert act(lead, "reopen").work.booking is None
