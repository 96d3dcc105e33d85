"""What staff do with a lead: single decisions, and properties of any sequence of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import AlreadyTaken, InvalidInput, NotAllowed, WrongState
from shared.domain.leads.lead import Lead
from shared.domain.leads.staff import ADMIN, CLINICIAN, DESK, Staff
from shared.domain.leads.staff_actions import Action, WorkRules, possible_actions, work
from tests.functions.calls import EMERGENCY, NOT_A_FIT, PRIORITY, ROUTINE, URGENT
from tests.leads import HOURS, RECEIVED, RULEBOOK, a_lead, varied

TIERS = RULEBOOK.rule_sets["fs-intake"].tiers
RULES = WorkRules(TIERS, HOURS)
NURSE = Staff("n", "nurse", frozenset({CLINICIAN}))
CLERK = Staff("d", "desk", frozenset({DESK}))
OWNER = Staff("a", "admin", frozenset({ADMIN}))
LEADS = [a_lead(answers) for answers in (EMERGENCY, URGENT, PRIORITY, ROUTINE, NOT_A_FIT)]
LEADS.append(a_lead(ROUTINE, website="https://spam.example"))
REFUSALS = (AlreadyTaken, InvalidInput, NotAllowed, WrongState)


def action(name: str, version: int = 1, **fields: object) -> Action:
    return Action.model_validate({"action": name, "version": version, **fields})


def does(lead: Lead, name: str, who: Staff = NURSE, at: datetime = RECEIVED, **fields: object) -> Lead:
    return work(lead, action(name, lead.version, **fields), who, at, RULES)


ACTIONS = st.builds(
    action,
    st.sampled_from(
        ["acknowledge", "contact_attempt", "book", "close", "reopen", "note", "raise_tier", "lower_tier", "undo"]
    ),
    version=st.integers(1, 12),
    outcome=st.sampled_from(["reached", "no_answer"]),
    reason=st.sampled_from(["spam", "not_a_fit"]),
    tier=st.sampled_from(sorted(TIERS)),
    text=st.sampled_from(["", "in words"]),
)
STEPS = st.lists(
    st.tuples(ACTIONS, st.sampled_from([NURSE, CLERK, OWNER]), st.integers(0, 15), st.booleans()), max_size=12
)
Check = Callable[[Lead, Lead, Action, Staff, datetime], None]


def play(lead: Lead, steps: list[tuple[Action, Staff, int, bool]], check: Check) -> None:
    """Each step some minutes after the one before; some by people who see the lead as it is."""
    at = RECEIVED
    for wanted, who, minutes, up_to_date in steps:
        at += timedelta(minutes=minutes)
        doing = varied(wanted, version=lead.version) if up_to_date else wanted
        try:
            after = work(lead, doing, who, at, RULES)
        except REFUSALS:
            continue
        check(lead, after, doing, who, at)
        lead = after


@given(st.sampled_from(LEADS), STEPS)
def test_a_version_is_one_more_and_the_history_only_grows(
    lead: Lead, steps: list[tuple[Action, Staff, int, bool]]
) -> None:
    def check(before: Lead, after: Lead, doing: Action, who: Staff, at: datetime) -> None:
        if after is before:
            return
        assert after.version == before.version + 1
        assert after.history[:-1] == before.history
        entry = after.history[-1]
        assert (entry.action, entry.by, entry.at, entry.version) == (doing.action, who.id, at, after.version)

    play(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_only_a_clinician_ever_lowers_a_tier_and_never_without_a_reason(
    lead: Lead, steps: list[tuple[Action, Staff, int, bool]]
) -> None:
    def check(before: Lead, after: Lead, doing: Action, who: Staff, at: datetime) -> None:
        if TIERS[after.tier].rank > TIERS[before.tier].rank:
            assert (doing.action, who) == ("lower_tier", NURSE)
            assert doing.text
        assert after.assessment.triage == before.assessment.triage

    play(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_a_lead_waits_for_an_alert_exactly_while_nobody_has_it(
    lead: Lead, steps: list[tuple[Action, Staff, int, bool]]
) -> None:
    """I5 and I8"""

    def check(before: Lead, after: Lead, doing: Action, who: Staff, at: datetime) -> None:
        ladder = after.ladder(TIERS, HOURS)
        assert (after.escalation.next_at is not None) == (after.work.status == "new" and bool(len(ladder)))
        assert bool(after.work.owner) == (after.work.status != "new")
        if after.work.status != "new":
            assert after.level_due(ladder, at + timedelta(days=9)) is None

    play(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_the_rank_on_the_worklist_is_that_of_the_tier(lead: Lead, steps: list[tuple[Action, Staff, int, bool]]) -> None:
    def check(before: Lead, after: Lead, doing: Action, who: Staff, at: datetime) -> None:
        assert after.escalation.tier_rank == TIERS[after.tier].rank

    play(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_what_the_visitor_sent_is_never_touched(lead: Lead, steps: list[tuple[Action, Staff, int, bool]]) -> None:
    def check(before: Lead, after: Lead, doing: Action, who: Staff, at: datetime) -> None:
        assert after.submitted == before.submitted
        assert after.assessment == before.assessment

    play(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_undoing_puts_the_standing_back(lead: Lead, steps: list[tuple[Action, Staff, int, bool]]) -> None:
    standings = {lead.version: lead.work}

    def check(before: Lead, after: Lead, doing: Action, who: Staff, at: datetime) -> None:
        standings[after.version] = after.work
        if doing.action == "undo":
            undone = after.history[-1].undo_of
            assert undone == before.version
            assert after.work == standings[undone - 1]

    play(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_what_is_offered_is_what_is_taken(lead: Lead, steps: list[tuple[Action, Staff, int, bool]]) -> None:
    def check(before: Lead, after: Lead, doing: Action, who: Staff, at: datetime) -> None:
        if after is not before and doing.version == before.version:
            assert doing.action in possible_actions(before, who, at, RULES)

    play(lead, steps, check)


@given(st.sampled_from(LEADS), STEPS)
def test_a_lead_is_stored_and_read_back_as_it_is(lead: Lead, steps: list[tuple[Action, Staff, int, bool]]) -> None:
    def check(before: Lead, after: Lead, doing: Action, who: Staff, at: datetime) -> None:
        assert Lead.model_validate_json(after.model_dump_json()) == after

    play(lead, steps, check)


def test_a_stale_view_of_a_closed_lead_says_who_closed_it() -> None:
    lead = a_lead(URGENT)
    closed = does(lead, "close", CLERK, reason="spam")
    with pytest.raises(WrongState) as refusal:
        work(closed, action("reopen", lead.version), NURSE, RECEIVED, RULES)
    assert (refusal.value.by_name, refusal.value.action, refusal.value.at) == ("desk", "close", RECEIVED)


def test_a_note_stands_beside_what_a_colleague_did() -> None:
    lead = does(a_lead(URGENT), "acknowledge", CLERK)
    assert work(lead, action("note", 1, text="A note."), NURSE, RECEIVED, RULES).work.owner == CLERK.id


def test_a_colleague_s_lead_can_be_given_back_and_taken() -> None:
    lead = does(a_lead(URGENT), "acknowledge", CLERK)
    with pytest.raises(AlreadyTaken):
        does(lead, "acknowledge", NURSE)
    assert does(does(lead, "reopen", NURSE), "acknowledge", NURSE).work.owner == NURSE.id


def test_a_lowered_tier_waits_from_when_the_lead_came() -> None:
    lead = does(a_lead(URGENT), "lower_tier", at=RECEIVED + timedelta(hours=1), tier="ROUTINE", text="A reason.")
    assert lead.escalation.deadline == a_lead(ROUTINE).escalation.deadline


def test_a_raised_deadline_is_never_later() -> None:
    lead = a_lead(URGENT)
    assert lead.escalation.deadline is not None
    raised = does(lead, "raise_tier", at=lead.escalation.deadline, tier="EMERGENCY")
    assert raised.escalation.deadline == lead.escalation.deadline


@pytest.mark.parametrize("fields", [{"text": "\u5f20" * 1000}, {"text": "-"}])
def test_a_history_has_its_limits_and_they_stop_nobody_from_taking_the_lead(fields: dict[str, Any]) -> None:
    """An item of the table holds 400 KB; a lead that could not be written any more could not be acknowledged."""
    lead, full = a_lead(URGENT), False
    while not full:
        try:
            lead = does(lead, "note", text=fields["text"])
        except WrongState:
            full = True
    assert len(lead.model_dump_json().encode()) < 300_000
    assert not does(lead, "revoke_consent", consent="contact", text=fields["text"]).consents_to("contact")
    assert does(lead, "acknowledge", text=fields["text"]).work.status == "acknowledged"
    assert does(lead, "lower_tier", tier="ROUTINE", text=fields["text"]).tier == "ROUTINE"
    assert does(lead, "close", reason="unreachable", text=fields["text"]).work.status == "closed"


def test_an_alert_under_way_is_not_recorded_on_a_lead_that_was_taken() -> None:
    claimed = a_lead(URGENT).claimed(1, RECEIVED)
    taken = does(claimed, "acknowledge")
    assert taken.escalation.next_at != claimed.escalation.next_at
