"""A visitor comes back: who has the lead then, in which tier, and who hears of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from shared.domain.errors import WrongState
from shared.domain.lead import NEVER, Lead
from shared.domain.returning import with_return
from shared.domain.staff import CLINICIAN, Staff
from shared.domain.work import Action, WorkRules, work
from tests.functions.calls import EMERGENCY, NOT_A_FIT, PRIORITY, ROUTINE, URGENT, Json
from tests.leads import HOURS, RECEIVED, RULEBOOK, a_lead

TIERS = RULEBOOK.rule_sets["fs-intake"].tiers
RULES = WorkRules(TIERS, HOURS)
NURSE = Staff("n", "nurse", frozenset({CLINICIAN}))
BACK = RECEIVED + timedelta(hours=3)
MISSING: Json = {"cord": None}  # URGENT by what is missing: no red flag
SADDLE: Json = {"ces": ["saddle-numb"]}
ANSWERS = (EMERGENCY, SADDLE, URGENT, MISSING, PRIORITY, ROUTINE, NOT_A_FIT)


def does(lead: Lead, name: str, **fields: object) -> Lead:
    return work(
        lead, Action.model_validate({"action": name, "version": lead.version, **fields}), NURSE, RECEIVED, RULES
    )


def told(lead: Lead, level: int = 1) -> Lead:
    ladder = lead.ladder(TIERS)
    return lead.claimed(level, RECEIVED).told(level, ladder, HOURS) if level <= len(ladder) else lead


def waiting(answers: Json) -> Lead:
    return told(a_lead(answers, complete=False))


def unheard(answers: Json) -> Lead:
    """Everybody on the ladder was told, and nobody took it."""
    lead = a_lead(answers, complete=False)
    for level in range(1, len(lead.ladder(TIERS)) + 1):
        lead = told(lead, level)
    return lead


def taken(answers: Json) -> Lead:
    return does(waiting(answers), "acknowledge")


def booked(answers: Json) -> Lead:
    return does(waiting(answers), "book")


def closed(answers: Json) -> Lead:
    return does(waiting(answers), "close", reason="spam")


def lowered(answers: Json) -> Lead:
    lead = waiting(answers)
    return lead if lead.tier == "NOT_A_FIT" else does(lead, "lower_tier", tier="NOT_A_FIT", text="A reason.")


def lowered_and_closed(answers: Json) -> Lead:
    return does(lowered(answers), "close", reason="declined")


STATES = (waiting, unheard, taken, booked, closed, lowered, lowered_and_closed)


def back(earlier: Lead, answers: Json, **changes: object) -> Lead:
    return with_return(earlier, a_lead(answers, BACK, earlier.lead_id, **changes), TIERS, HOURS)


def is_told(lead: Lead) -> bool:
    """Staff hear of it without anybody doing anything."""
    return lead.status == "new" and lead.next_at is not None and lead.next_at != NEVER


def rules(lead: Lead) -> set[str]:
    return {rule.id for rule in lead.triage.safety_rules}


@pytest.mark.parametrize(("state", "before", "after"), list(product(STATES, ANSWERS, ANSWERS)))
def test_a_red_flag_is_never_met_with_silence(state: object, before: Json, after: Json) -> None:
    assert callable(state)
    earlier, sent = state(before), a_lead(after, BACK)
    lead = back(earlier, after)
    known = earlier.status == "acknowledged" and rules(sent) <= rules(earlier)
    if sent.red_flag:
        assert is_told(lead) or known
        assert TIERS[lead.tier].rank <= TIERS[sent.triage.tier].rank
    if earlier.red_flag and not earlier.staff_tier:
        assert TIERS[lead.tier].rank <= TIERS[earlier.tier].rank
    if earlier.status in ("booked", "closed"):
        assert is_told(lead) is TIERS[lead.tier].climbs
    assert lead.deadline is None or lead.status != "new" or lead.deadline > BACK or lead.deadline == earlier.deadline
    assert [entry.action for entry in lead.history] == [*(entry.action for entry in earlier.history), "returned"]
    assert lead.sent_more


def test_whoever_has_it_keeps_it_when_there_is_nothing_new_to_know() -> None:
    earlier = taken(SADDLE)
    lead = back(earlier, SADDLE | {"pain": 5})
    assert (lead.status, lead.owner_name, lead.next_at) == ("acknowledged", "nurse", None)
    assert (lead.acknowledged_at, lead.deadline) == (earlier.acknowledged_at, earlier.deadline)
    assert lead.answers["pain"] == 5
    assert lead.history[-1].detail == ""


def test_whoever_has_it_keeps_it_when_it_turns_out_less_urgent() -> None:
    lead = back(taken(MISSING), PRIORITY)
    assert (lead.status, lead.owner_name, lead.tier) == ("acknowledged", "nurse", "PRIORITY")
    assert lead.deadline == a_lead(PRIORITY, BACK).deadline


@pytest.mark.parametrize("after", [EMERGENCY, SADDLE | EMERGENCY])
def test_a_red_flag_that_whoever_has_it_has_not_seen_is_told_from_the_start(after: Json) -> None:
    lead = back(taken(SADDLE), after)
    assert (lead.status, lead.owner, lead.tier) == ("new", "", "EMERGENCY")
    assert (lead.alert_due, lead.alert_delivered, lead.next_at) == (1, 0, BACK)
    assert lead.history[-1].detail == "told_again"
    assert any("Chest" in rule.reason or rule.id.startswith("EM") for rule in lead.triage.safety_rules)


def test_a_red_flag_that_staff_know_of_is_no_news_when_it_comes_again_after_another() -> None:
    lead = does(told(back(waiting(SADDLE), EMERGENCY)), "acknowledge")
    assert (back(lead, SADDLE).status, back(lead, EMERGENCY).status) == ("acknowledged", "acknowledged")


def test_the_ladder_of_a_red_flag_that_nobody_has_is_not_held_back_by_coming_back() -> None:
    earlier = waiting(SADDLE)
    lead = back(earlier, SADDLE | {"pain": 5})
    assert (lead.next_at, lead.alert_delivered) == (earlier.next_at, 1)
    assert (lead.ladder_start, lead.deadline) == (earlier.ladder_start, earlier.deadline)


def test_a_red_flag_worse_than_the_one_that_waits_is_told_from_the_start() -> None:
    lead = back(told(waiting(URGENT), 2), EMERGENCY)
    assert (lead.alert_due, lead.alert_delivered, lead.next_at, lead.ladder_from) == (1, 0, BACK, BACK)


def test_a_deadline_that_was_done_with_is_not_overdue_when_the_visitor_comes_back() -> None:
    assert back(booked(EMERGENCY), EMERGENCY).deadline == BACK + timedelta(minutes=15)


def test_what_was_done_opens_again_with_a_deadline_of_its_own() -> None:
    lead = back(closed(PRIORITY), ROUTINE)
    assert (lead.status, lead.closed_reason, lead.closed_at, lead.tier) == ("new", "", None, "ROUTINE")
    assert lead.deadline == a_lead(ROUTINE, BACK).deadline
    assert lead.history[-1].detail == "opened_again"


def test_what_was_done_stays_done_where_the_visitor_read_where_to_go_instead() -> None:
    lead = back(closed(PRIORITY), NOT_A_FIT)
    assert (lead.status, lead.closed_reason, lead.tier) == ("closed", "spam", "NOT_A_FIT")


def test_what_a_clinician_judged_ends_when_there_is_something_new_to_judge() -> None:
    earlier = does(waiting(SADDLE), "lower_tier", tier="ROUTINE", text="Numb for years.")
    assert back(earlier, ROUTINE).tier == "ROUTINE"
    assert back(earlier, PRIORITY).tier == "EMERGENCY"
    again = back(earlier, SADDLE)
    assert (again.tier, again.staff_tier, is_told(again)) == ("EMERGENCY", "", True)


def test_what_staff_raised_stays_raised_and_as_near() -> None:
    earlier = does(waiting(ROUTINE), "raise_tier", tier="EMERGENCY")
    lead = back(earlier, URGENT)
    assert (lead.tier, lead.deadline) == ("EMERGENCY", earlier.deadline)


def test_the_visitor_still_has_time_to_finish_what_is_no_red_flag() -> None:
    assert back(closed(PRIORITY), ROUTINE, complete=False).next_at == BACK + timedelta(minutes=10)


def test_what_staff_press_on_the_lead_as_it_was_is_refused() -> None:
    earlier = taken(PRIORITY)
    lead = back(earlier, EMERGENCY)
    with pytest.raises(WrongState):
        work(lead, Action(action="book", version=earlier.version), NURSE, BACK, RULES)
