"""Tests answers that are added to a stored lead, and that may only raise its tier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest

from shared.domain.leads.action import Action
from shared.domain.leads.addition import is_known, with_answers
from shared.domain.leads.history import ADDED, ALERTED_AGAIN, OPENED_AGAIN, RETURNED
from shared.domain.leads.lead import Lead
from shared.domain.leads.staff_actions import work
from tests.domain.test_resubmission import (
    ANSWERS,
    BACK,
    MISSING,
    NURSE,
    RULES,
    SADDLE,
    STATES,
    TIERS,
    act,
    alerts_staff,
    booked,
    closed,
    fully_escalated,
    rules,
    taken,
    waiting,
)
from tests.functions.calls import EMERGENCY, NOT_A_FIT, PRIORITY, ROUTINE, URGENT, Json
from tests.leads import BOOKED, HOURS, a_lead

MORE: Json = {"goal": ["why", "second"], "insurance": "private"}


def added(lead: Lead, makes_it: Json, answers: Json = MORE) -> Lead:
    """Returns the lead after `answers` were added. The new assessment is that of `makes_it`."""
    return with_answers(lead, answers, a_lead(makes_it, BACK).assessment, BACK, TIERS, HOURS)


@pytest.mark.parametrize(("state", "before", "after"), list(product(STATES, ANSWERS, ANSWERS)))
def test_an_addition_never_lowers_or_delays_anything(state: Callable[[Json], Lead], before: Json, after: Json) -> None:
    earlier = state(before)
    lead = added(earlier, after)
    assert TIERS[lead.tier].rank <= TIERS[earlier.tier].rank
    assert TIERS[lead.assessment.triage.tier].rank <= TIERS[earlier.assessment.triage.tier].rank
    assert lead.assessment.red_flag or not earlier.assessment.red_flag
    assert lead.escalation.tier_rank == TIERS[lead.tier].rank
    reopened = earlier.work.is_done and lead.work.status == "new"
    if earlier.escalation.deadline is not None and not reopened:
        assert lead.escalation.deadline is not None
        assert lead.escalation.deadline <= earlier.escalation.deadline
    assert lead.submitted.answers["insurance"] == "private"
    assert lead.version == earlier.version + 1


@pytest.mark.parametrize(("state", "before", "after"), list(product(STATES, ANSWERS, ANSWERS)))
def test_staff_are_alerted_for_what_they_have_not_seen(
    state: Callable[[Json], Lead], before: Json, after: Json
) -> None:
    earlier, sent = state(before), a_lead(after, BACK)
    lead = added(earlier, after)
    unseen = sent.assessment.red_flag and not rules(sent) <= rules(earlier)
    if unseen:
        assert alerts_staff(lead)
    if not unseen and earlier.work.status != "new":
        assert (lead.work.status, lead.work.owner) == (earlier.work.status, earlier.work.owner)
        assert lead.escalation.next_at == earlier.escalation.next_at
    if lead.escalation.started_at == earlier.escalation.started_at:
        assert lead.escalation.next_at == earlier.escalation.next_at


def test_a_lead_that_becomes_more_urgent_is_alerted_from_level_1() -> None:
    lead = added(waiting(ROUTINE), PRIORITY)
    assert (lead.tier, lead.escalation.started_at, lead.escalation.next_at) == ("PRIORITY", BACK, BACK)
    assert (lead.escalation.alert_due, lead.escalation.alert_delivered) == (1, 0)


def test_nothing_new_leaves_the_alerts_as_they_are() -> None:
    earlier = waiting(URGENT)
    lead = added(earlier, URGENT)
    assert lead.escalation == earlier.escalation
    assert lead.assessment.messages_shown == earlier.assessment.messages_shown


def test_a_red_flag_is_alerted_if_every_level_went_unheard() -> None:
    lead = added(fully_escalated(MISSING), URGENT)
    assert (lead.tier, alerts_staff(lead)) == ("URGENT", True)
    assert not alerts_staff(added(fully_escalated(URGENT), URGENT))


def test_the_owner_keeps_a_lead_that_only_the_score_raises() -> None:
    earlier = taken(ROUTINE)
    lead = added(earlier, PRIORITY)
    assert (lead.tier, lead.work.owner, lead.sent_more) == ("PRIORITY", NURSE.id, True)
    assert lead.escalation.deadline is not None
    assert earlier.escalation.deadline is not None
    assert lead.escalation.deadline <= earlier.escalation.deadline


def test_a_red_flag_that_the_owner_has_not_seen_is_alerted_again() -> None:
    lead = added(taken(SADDLE), EMERGENCY)
    assert (lead.work.status, lead.work.owner, lead.history[-1].detail) == ("new", "", ALERTED_AGAIN)
    assert added(lead, EMERGENCY).escalation == lead.escalation


def test_after_staff_closed_the_lead_only_a_red_flag_reopens_it() -> None:
    for done in (booked(ROUTINE), closed(ROUTINE)):
        quiet = added(done, PRIORITY)
        assert (quiet.work.status, quiet.escalation.next_at) == (done.work.status, None)
        assert quiet.submitted.answers["goal"] == ["why", "second"]
        opened = added(done, EMERGENCY)
        assert (opened.work.status, opened.history[-1].detail) == ("new", OPENED_AGAIN)
        assert opened.escalation.deadline == BACK + timedelta(minutes=15)


def test_a_tier_that_a_clinician_lowered_stays_without_a_new_red_flag() -> None:
    lowered = act(waiting(SADDLE), "lower_tier", tier="ROUTINE", text="Numb for years.")
    assert added(lowered, SADDLE).tier == "ROUTINE"
    assert added(lowered, PRIORITY).tier == "ROUTINE"
    assert added(lowered, EMERGENCY).tier == "EMERGENCY"


def test_a_less_serious_assessment_still_brings_its_score_and_tags() -> None:
    earlier = waiting(URGENT)
    found = a_lead(PRIORITY, BACK).assessment
    lead = with_answers(earlier, MORE, found, BACK, TIERS, HOURS)
    assert (lead.tier, rules(lead)) == ("URGENT", rules(earlier))
    assert lead.assessment.triage.fit_rules == found.triage.fit_rules
    assert lead.assessment.triage.tags == found.triage.tags


def test_answers_that_are_replaced_are_kept_as_earlier() -> None:
    once = added(waiting(ROUTINE), ROUTINE, {"insurance": "private"})
    twice = added(once, ROUTINE, {"insurance": "medicare"})
    assert twice.submitted.answers["insurance"] == "medicare"
    assert [earlier.answers["insurance"] for earlier in twice.earlier[-1:]] == ["private"]


def test_answers_that_the_lead_has_or_had_are_known() -> None:
    once = added(waiting(ROUTINE), ROUTINE, {"goal": ["why", "second"]})
    assert is_known(once, {"goal": ["second", "why"]})
    assert is_known(once, {})
    assert not is_known(once, {"goal": ["second"]})
    twice = added(once, ROUTINE, {"goal": ["second"]})
    assert is_known(twice, {"goal": ["why", "second"]})


def test_additions_in_a_row_are_one_entry_of_the_history() -> None:
    lead = waiting(ROUTINE)
    for number in range(30):
        lead = added(lead, ROUTINE, {"goal": ["why"], "note": str(number)})
    assert [entry.action for entry in lead.history] == [ADDED]
    assert lead.history[0].version == lead.version
    assert len(lead.earlier) == 5


def test_an_addition_is_marked_once_staff_know_the_lead() -> None:
    assert not added(waiting(ROUTINE), ROUTINE).sent_more
    assert added(act(waiting(ROUTINE), "note", text="Called."), ROUTINE).sent_more
    assert added(waiting(ROUTINE), EMERGENCY).history[-1].action == RETURNED


def test_a_harmless_addition_is_no_conflict_for_staff() -> None:
    seen = taken(ROUTINE)
    lead = added(seen, ROUTINE)
    after = work(lead, Action(action="book", version=seen.version, **BOOKED), NURSE, BACK, RULES)
    assert after.work.status == "booked"


def test_a_lead_that_is_no_fit_stays_without_alerts_unless_it_becomes_one() -> None:
    assert not alerts_staff(added(waiting(NOT_A_FIT), NOT_A_FIT))
    assert alerts_staff(added(waiting(NOT_A_FIT), PRIORITY))
