"""A visitor comes back: who has the lead then, in which tier, and who hears of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from shared.domain.errors import WrongState
from shared.domain.leads.escalation import NEVER
from shared.domain.leads.history import RETURNED, SYSTEM, HistoryEntry
from shared.domain.leads.lead import Lead
from shared.domain.leads.resubmission import (
    MAX_RESUBMISSIONS,
    Conflict,
    Keep,
    Merge,
    NewLead,
    merge_resubmission,
    resubmission,
)
from shared.domain.leads.staff import CLINICIAN, Staff
from shared.domain.leads.staff_actions import Action, WorkRules, work
from tests.functions.calls import EMERGENCY, NOT_A_FIT, PRIORITY, ROUTINE, URGENT, Json
from tests.leads import HOURS, RECEIVED, RULEBOOK, a_lead, varied

TIERS = RULEBOOK.rule_sets["fs-intake"].tiers
RULES = WorkRules(TIERS, HOURS)
NURSE = Staff("n", "nurse", frozenset({CLINICIAN}))
ID = UUID(int=7)
BACK = RECEIVED + timedelta(hours=3)
MISSING: Json = {"cord": None}  # URGENT by what is missing: no red flag
SADDLE: Json = {"ces": ["saddle-numb"]}
ANSWERS = (EMERGENCY, SADDLE, URGENT, MISSING, PRIORITY, ROUTINE, NOT_A_FIT)


def does(lead: Lead, name: str, **fields: object) -> Lead:
    return work(
        lead, Action.model_validate({"action": name, "version": lead.version, **fields}), NURSE, RECEIVED, RULES
    )


def told(lead: Lead, level: int = 1) -> Lead:
    ladder = lead.ladder(TIERS, HOURS)
    return lead.claimed(level, RECEIVED).alerted(level, ladder) if level <= len(ladder) else lead


def waiting(answers: Json) -> Lead:
    return told(a_lead(answers, complete=False))


def unheard(answers: Json) -> Lead:
    """Everybody on the ladder was told, and nobody took it."""
    lead = a_lead(answers, complete=False)
    for level in range(1, len(lead.ladder(TIERS, HOURS)) + 1):
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
    return merge_resubmission(earlier, a_lead(answers, BACK, earlier.lead_id, **changes), TIERS, HOURS)


def is_told(lead: Lead) -> bool:
    """Staff hear of it without anybody doing anything."""
    return lead.work.status == "new" and lead.escalation.next_at is not None and lead.escalation.next_at != NEVER


def rules(lead: Lead) -> set[str]:
    return {rule.id for rule in lead.assessment.triage.safety_rules}


@pytest.mark.parametrize(("state", "before", "after"), list(product(STATES, ANSWERS, ANSWERS)))
def test_a_red_flag_is_never_met_with_silence(state: object, before: Json, after: Json) -> None:
    assert callable(state)
    earlier, sent = state(before), a_lead(after, BACK)
    lead = back(earlier, after)
    known = earlier.work.status == "acknowledged" and rules(sent) <= rules(earlier)
    if sent.assessment.red_flag:
        assert is_told(lead) or known
        assert TIERS[lead.tier].rank <= TIERS[sent.assessment.triage.tier].rank
    if earlier.assessment.red_flag and not earlier.work.staff_tier:
        assert TIERS[lead.tier].rank <= TIERS[earlier.tier].rank
    if earlier.work.status in ("booked", "closed"):
        assert is_told(lead) is TIERS[lead.tier].escalates
    assert (
        lead.escalation.deadline is None
        or lead.work.status != "new"
        or lead.escalation.deadline > BACK
        or lead.escalation.deadline == earlier.escalation.deadline
    )
    assert [entry.action for entry in lead.history] == [*(entry.action for entry in earlier.history), "returned"]
    assert lead.sent_more
    assert lead.escalation.tier_rank == TIERS[lead.tier].rank


def test_whoever_has_it_keeps_it_when_there_is_nothing_new_to_know() -> None:
    earlier = taken(SADDLE)
    lead = back(earlier, SADDLE | {"pain": 5})
    assert (lead.work.status, lead.work.owner_name, lead.escalation.next_at) == ("acknowledged", "nurse", None)
    assert (lead.work.acknowledged_at, lead.escalation.deadline) == (
        earlier.work.acknowledged_at,
        earlier.escalation.deadline,
    )
    assert lead.submitted.answers["pain"] == 5
    assert lead.history[-1].detail == ""


def test_whoever_has_it_keeps_it_when_it_turns_out_less_urgent() -> None:
    lead = back(taken(MISSING), PRIORITY)
    assert (lead.work.status, lead.work.owner_name, lead.tier) == ("acknowledged", "nurse", "PRIORITY")
    assert lead.escalation.deadline == a_lead(PRIORITY, BACK).escalation.deadline


@pytest.mark.parametrize("after", [EMERGENCY, SADDLE | EMERGENCY])
def test_a_red_flag_that_whoever_has_it_has_not_seen_is_told_from_the_start(after: Json) -> None:
    lead = back(taken(SADDLE), after)
    assert (lead.work.status, lead.work.owner, lead.tier) == ("new", "", "EMERGENCY")
    assert (lead.escalation.alert_due, lead.escalation.alert_delivered, lead.escalation.next_at) == (1, 0, BACK)
    assert lead.history[-1].detail == "told_again"
    assert any("Chest" in rule.reason or rule.id.startswith("EM") for rule in lead.assessment.triage.safety_rules)


def test_a_red_flag_that_staff_know_of_is_no_news_when_it_comes_again_after_another() -> None:
    lead = does(told(back(waiting(SADDLE), EMERGENCY)), "acknowledge")
    assert (back(lead, SADDLE).work.status, back(lead, EMERGENCY).work.status) == ("acknowledged", "acknowledged")


def test_the_ladder_of_a_red_flag_that_nobody_has_is_not_held_back_by_coming_back() -> None:
    earlier = waiting(SADDLE)
    lead = back(earlier, SADDLE | {"pain": 5})
    assert (lead.escalation.next_at, lead.escalation.alert_delivered) == (earlier.escalation.next_at, 1)
    assert (lead.escalation.started_at, lead.escalation.deadline) == (
        earlier.escalation.started_at,
        earlier.escalation.deadline,
    )


def test_a_red_flag_worse_than_the_one_that_waits_is_told_from_the_start() -> None:
    lead = back(told(waiting(URGENT), 2), EMERGENCY)
    assert (
        lead.escalation.alert_due,
        lead.escalation.alert_delivered,
        lead.escalation.next_at,
        lead.escalation.started_at,
    ) == (
        1,
        0,
        BACK,
        BACK,
    )


def test_a_deadline_that_was_done_with_is_not_overdue_when_the_visitor_comes_back() -> None:
    assert back(booked(EMERGENCY), EMERGENCY).escalation.deadline == BACK + timedelta(minutes=15)


def test_what_was_done_opens_again_with_a_deadline_of_its_own() -> None:
    lead = back(closed(PRIORITY), ROUTINE)
    assert (lead.work.status, lead.work.closed_reason, lead.work.closed_at, lead.tier) == ("new", "", None, "ROUTINE")
    assert lead.escalation.deadline == a_lead(ROUTINE, BACK).escalation.deadline
    assert lead.history[-1].detail == "opened_again"


def test_what_was_done_stays_done_where_the_visitor_read_where_to_go_instead() -> None:
    lead = back(closed(PRIORITY), NOT_A_FIT)
    assert (lead.work.status, lead.work.closed_reason, lead.tier) == ("closed", "spam", "NOT_A_FIT")


def test_what_a_clinician_judged_ends_when_there_is_something_new_to_judge() -> None:
    earlier = does(waiting(SADDLE), "lower_tier", tier="ROUTINE", text="Numb for years.")
    assert back(earlier, ROUTINE).tier == "ROUTINE"
    assert back(earlier, PRIORITY).tier == "EMERGENCY"
    again = back(earlier, SADDLE)
    assert (again.tier, again.work.staff_tier, is_told(again)) == ("EMERGENCY", "", True)


def test_what_staff_raised_stays_raised_and_as_near() -> None:
    earlier = does(waiting(ROUTINE), "raise_tier", tier="EMERGENCY")
    lead = back(earlier, URGENT)
    assert (lead.tier, lead.escalation.deadline) == ("EMERGENCY", earlier.escalation.deadline)


def test_the_visitor_still_has_time_to_finish_what_is_no_red_flag() -> None:
    assert back(closed(PRIORITY), ROUTINE, complete=False).escalation.next_at == BACK + timedelta(minutes=10)


def test_what_staff_press_on_the_lead_as_it_was_is_refused() -> None:
    earlier = taken(PRIORITY)
    lead = back(earlier, EMERGENCY)
    with pytest.raises(WrongState):
        work(lead, Action(action="book", version=earlier.version), NURSE, BACK, RULES)


# --- "this id came before": one decision for capture and for replay ---

EARLY, LATE = RECEIVED, RECEIVED + timedelta(minutes=5)


def sent(answers: Json, at: datetime, *, complete: bool = True) -> Lead:
    return a_lead(answers, at, ID, complete=complete)


def returned_often(lead: Lead) -> Lead:
    entry = HistoryEntry(at=RECEIVED, by=SYSTEM, by_name="", action=RETURNED, version=1)
    return varied(lead, history=(entry,) * MAX_RESUBMISSIONS)


def withdrawn(lead: Lead) -> Lead:
    return lead.revoked("contact", "by telephone", LATE + timedelta(minutes=1))


UNFINISHED, FINISHED = sent(ROUTINE, EARLY, complete=False), sent(ROUTINE, EARLY)
MERGED = merge_resubmission(UNFINISHED, sent(PRIORITY, LATE), TIERS, HOURS)  # ROUTINE unfinished, then PRIORITY
CASES = {
    # what is stored, what comes, whether the person has a receipt for it: what follows
    "a repeat": (FINISHED, sent(ROUTINE, LATE), False, Keep),
    "a repeat from the spool": (FINISHED, sent(ROUTINE, EARLY), True, Keep),
    "what was sent before coming back": (MERGED, sent(ROUTINE, LATE, complete=False), False, Keep),
    "other content for a finished form": (FINISHED, sent(PRIORITY, LATE), False, Conflict),
    "other content that was accepted": (FINISHED, sent(PRIORITY, LATE), True, NewLead),
    "the end of an unfinished form": (UNFINISHED, sent(PRIORITY, LATE), False, Merge),
    "more of an unfinished form": (UNFINISHED, sent(PRIORITY, LATE, complete=False), False, Merge),
    "back to the first answers of an unfinished form": (
        merge_resubmission(UNFINISHED, sent(PRIORITY, LATE, complete=False), TIERS, HOURS),
        sent(ROUTINE, LATE, complete=False),
        False,
        Merge,
    ),
    "an unfinished form after the finished one": (FINISHED, sent(PRIORITY, LATE, complete=False), False, Keep),
    "a red flag after the finished form": (FINISHED, sent(SADDLE, LATE, complete=False), False, Merge),
    "a red flag from the spool, late": (FINISHED, sent(SADDLE, EARLY, complete=False), True, Merge),
    "an unfinished form, late": (
        sent(ROUTINE, LATE, complete=False),
        sent(PRIORITY, EARLY, complete=False),
        True,
        Keep,
    ),
    "a finished form, late": (sent(ROUTINE, LATE, complete=False), sent(PRIORITY, EARLY), True, Merge),
    "once too often": (returned_often(UNFINISHED), sent(PRIORITY, LATE), False, NewLead),
    "once too often, from the spool": (returned_often(UNFINISHED), sent(PRIORITY, LATE), True, NewLead),
    "after the consent was withdrawn, from the spool": (withdrawn(UNFINISHED), sent(PRIORITY, LATE), True, Keep),
    "after the consent was withdrawn": (withdrawn(UNFINISHED), sent(PRIORITY, LATE), False, Merge),
}


@pytest.mark.parametrize("case", CASES)
def test_what_an_id_that_came_before_means(case: str) -> None:
    stored, new, was_accepted, expected = CASES[case]
    decided = resubmission(stored, new, TIERS, HOURS, was_accepted=was_accepted)
    assert type(decided) is expected
    if isinstance(decided, Merge):
        assert (decided.lead.lead_id, decided.lead.version) == (ID, stored.version + 1)
    if isinstance(decided, NewLead):
        assert decided.lead.lead_id != ID
        assert decided.lead.submitted == new.submitted


def test_a_late_form_adds_its_red_flag_and_replaces_no_answer() -> None:
    decided = resubmission(FINISHED, sent(SADDLE, EARLY, complete=False), TIERS, HOURS, was_accepted=True)
    assert isinstance(decided, Merge)
    assert decided.lead.submitted == FINISHED.submitted
    assert decided.lead.tier == "EMERGENCY"
    assert decided.lead.earlier[-1].answers["ces"] == SADDLE["ces"]


def test_a_merged_lead_keeps_what_the_person_was_shown_in_between() -> None:
    stored, new = sent(SADDLE, EARLY, complete=False), sent(ROUTINE, LATE)
    decided = resubmission(stored, new, TIERS, HOURS, was_accepted=True)
    assert isinstance(decided, Merge)
    shown = [message.id for message in decided.lead.assessment.messages_shown]
    assert {message.id for message in (*stored.assessment.messages_shown, *new.assessment.messages_shown)} == set(shown)
    assert len(shown) == len(set(shown))
