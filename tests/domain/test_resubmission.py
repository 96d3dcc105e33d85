"""Tests how a resubmission changes a lead's owner, tier and alerts."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from shared.domain.errors import WrongState
from shared.domain.leads.action import Action
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
from shared.domain.leads.staff_actions import WorkRules, work
from tests.functions.calls import EMERGENCY, NOT_A_FIT, PRIORITY, ROUTINE, URGENT, Json
from tests.leads import BOOKED, HOURS, RECEIVED, RULEBOOK, a_lead, varied, with_what_it_needs

TIERS = RULEBOOK.rule_sets["fs-intake"].tiers
RULES = WorkRules(TIERS, HOURS)
NURSE = Staff("n", "nurse", frozenset({CLINICIAN}))
ID = UUID(int=7)
BACK = RECEIVED + timedelta(hours=3)
MISSING: Json = {"cord": None}
SADDLE: Json = {"ces": ["saddle-numb"]}
ANSWERS = (EMERGENCY, SADDLE, URGENT, MISSING, PRIORITY, ROUTINE, NOT_A_FIT)


def act(lead: Lead, name: str, **fields: object) -> Lead:
    action = Action.model_validate({"action": name, "version": lead.version, **with_what_it_needs(name, fields)})
    return work(lead, action, NURSE, RECEIVED, RULES)


def alerted(lead: Lead, level: int = 1) -> Lead:
    ladder = lead.ladder(TIERS, HOURS)
    return lead.claimed(level, RECEIVED).alerted(level, ladder, RECEIVED) if level <= len(ladder) else lead


def waiting(answers: Json) -> Lead:
    return alerted(a_lead(answers, complete=False))


def fully_escalated(answers: Json) -> Lead:
    """Returns an unowned, unfinished lead after all its escalation levels were alerted."""
    lead = a_lead(answers, complete=False)
    for level in range(1, len(lead.ladder(TIERS, HOURS)) + 1):
        lead = alerted(lead, level)
    return lead


def taken(answers: Json) -> Lead:
    return act(waiting(answers), "acknowledge")


def booked(answers: Json) -> Lead:
    return act(waiting(answers), "book")


def closed(answers: Json) -> Lead:
    return act(waiting(answers), "close", reason="spam", text="A test of the form.")


def lowered(answers: Json) -> Lead:
    lead = waiting(answers)
    return lead if lead.tier == "NOT_A_FIT" else act(lead, "lower_tier", tier="NOT_A_FIT", text="A reason.")


def lowered_and_closed(answers: Json) -> Lead:
    return act(lowered(answers), "close", reason="declined")


STATES = (waiting, fully_escalated, taken, booked, closed, lowered, lowered_and_closed)


def resubmitted(earlier: Lead, answers: Json, **changes: object) -> Lead:
    return merge_resubmission(earlier, a_lead(answers, BACK, earlier.lead_id, **changes), TIERS, HOURS)


def alerts_staff(lead: Lead) -> bool:
    return lead.work.status == "new" and lead.escalation.next_at is not None and lead.escalation.next_at != NEVER


def rules(lead: Lead) -> set[str]:
    return {rule.id for rule in lead.assessment.triage.safety_rules}


@pytest.mark.parametrize(("state", "before", "after"), list(product(STATES, ANSWERS, ANSWERS)))
def test_a_red_flag_alerts_staff_unless_the_owner_knows_it(state: object, before: Json, after: Json) -> None:
    assert callable(state)
    earlier, sent = state(before), a_lead(after, BACK)
    lead = resubmitted(earlier, after)
    known = earlier.work.status == "acknowledged" and rules(sent) <= rules(earlier)
    if sent.assessment.red_flag:
        assert alerts_staff(lead) or known
        assert TIERS[lead.tier].rank <= TIERS[sent.assessment.triage.tier].rank
    if earlier.assessment.red_flag and not earlier.work.staff_tier:
        assert TIERS[lead.tier].rank <= TIERS[earlier.tier].rank
    if earlier.work.status in ("booked", "closed"):
        assert alerts_staff(lead) is TIERS[lead.tier].escalates
    assert (
        lead.escalation.deadline is None
        or lead.work.status != "new"
        or lead.escalation.deadline > BACK
        or lead.escalation.deadline == earlier.escalation.deadline
    )
    assert [entry.action for entry in lead.history] == [*(entry.action for entry in earlier.history), "returned"]
    assert lead.sent_more
    assert lead.escalation.tier_rank == TIERS[lead.tier].rank


def test_the_owner_keeps_a_lead_without_new_red_flags() -> None:
    earlier = taken(SADDLE)
    lead = resubmitted(earlier, SADDLE | {"pain": 5})
    assert (lead.work.status, lead.work.owner_name) == ("acknowledged", "nurse")
    assert (lead.work, lead.escalation.next_at) == (earlier.work, earlier.escalation.next_at)
    assert (lead.work.acknowledged_at, lead.escalation.deadline) == (
        earlier.work.acknowledged_at,
        earlier.escalation.deadline,
    )
    assert lead.submitted.answers["pain"] == 5
    assert lead.history[-1].detail == ""


def test_the_owner_keeps_a_lead_that_becomes_less_urgent() -> None:
    lead = resubmitted(taken(MISSING), PRIORITY)
    assert (lead.work.status, lead.work.owner_name, lead.tier) == ("acknowledged", "nurse", "PRIORITY")
    assert lead.escalation.deadline == a_lead(PRIORITY, BACK).escalation.deadline


@pytest.mark.parametrize("after", [EMERGENCY, SADDLE | EMERGENCY])
def test_a_red_flag_new_to_the_owner_restarts_at_level_1(after: Json) -> None:
    lead = resubmitted(taken(SADDLE), after)
    assert (lead.work.status, lead.work.owner, lead.tier) == ("new", "", "EMERGENCY")
    assert (lead.escalation.alert_due, lead.escalation.alert_delivered, lead.escalation.next_at) == (1, 0, BACK)
    assert lead.history[-1].detail == "told_again"
    assert any("chest" in rule.reason or rule.id.startswith("EM") for rule in lead.assessment.triage.safety_rules)


def test_a_known_red_flag_does_not_alert_the_owner_again() -> None:
    lead = act(alerted(resubmitted(waiting(SADDLE), EMERGENCY)), "acknowledge")
    assert (resubmitted(lead, SADDLE).work.status, resubmitted(lead, EMERGENCY).work.status) == (
        "acknowledged",
        "acknowledged",
    )


def test_a_resubmission_does_not_delay_an_unowned_red_flag() -> None:
    earlier = waiting(SADDLE)
    lead = resubmitted(earlier, SADDLE | {"pain": 5})
    assert (lead.escalation.next_at, lead.escalation.alert_delivered) == (earlier.escalation.next_at, 1)
    assert (lead.escalation.started_at, lead.escalation.deadline) == (
        earlier.escalation.started_at,
        earlier.escalation.deadline,
    )


def test_a_graver_red_flag_restarts_at_level_1() -> None:
    lead = resubmitted(alerted(waiting(URGENT), 2), EMERGENCY)
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


def test_a_reopened_lead_is_not_overdue() -> None:
    assert resubmitted(booked(EMERGENCY), EMERGENCY).escalation.deadline == BACK + timedelta(minutes=15)


def test_a_resubmission_reopens_a_lead_with_a_new_deadline() -> None:
    lead = resubmitted(closed(PRIORITY), ROUTINE)
    assert (lead.work.status, lead.work.closed_reason, lead.work.closed_at, lead.tier) == ("new", "", None, "ROUTINE")
    assert lead.escalation.deadline == a_lead(ROUTINE, BACK).escalation.deadline
    assert lead.history[-1].detail == "opened_again"


def test_a_closed_lead_stays_closed_if_the_resubmission_is_not_a_fit() -> None:
    lead = resubmitted(closed(PRIORITY), NOT_A_FIT)
    assert (lead.work.status, lead.work.closed_reason, lead.tier) == ("closed", "spam", "NOT_A_FIT")


def test_a_lowered_tier_ends_when_there_is_something_new_to_judge() -> None:
    earlier = act(waiting(SADDLE), "lower_tier", tier="ROUTINE", text="Numb for years.")
    assert resubmitted(earlier, ROUTINE).tier == "ROUTINE"
    assert resubmitted(earlier, PRIORITY).tier == "EMERGENCY"
    again = resubmitted(earlier, SADDLE)
    assert (again.tier, again.work.staff_tier, alerts_staff(again)) == ("EMERGENCY", "", True)


def test_a_raised_lead_keeps_its_tier_and_deadline() -> None:
    earlier = act(waiting(ROUTINE), "raise_tier", tier="EMERGENCY")
    lead = resubmitted(earlier, URGENT)
    assert (lead.tier, lead.escalation.deadline) == ("EMERGENCY", earlier.escalation.deadline)


def test_an_unfinished_form_without_red_flag_may_still_be_finished() -> None:
    assert resubmitted(closed(PRIORITY), ROUTINE, complete=False).escalation.next_at == BACK + timedelta(minutes=10)


def test_an_action_on_the_version_before_the_resubmission_is_refused() -> None:
    earlier = taken(PRIORITY)
    lead = resubmitted(earlier, EMERGENCY)
    with pytest.raises(WrongState):
        work(lead, Action(action="book", version=earlier.version, **BOOKED), NURSE, BACK, RULES)


# --- the decision about a resubmission, for capture and for replay ---

EARLY, LATE = RECEIVED, RECEIVED + timedelta(minutes=5)


def sent(answers: Json, at: datetime, *, complete: bool = True, **contact: str) -> Lead:
    return a_lead(answers, at, ID, complete=complete, **({"contact": contact} if contact else {}))


def resubmitted_often(lead: Lead) -> Lead:
    entry = HistoryEntry(at=RECEIVED, by=SYSTEM, by_name="", action=RETURNED, version=1)
    return varied(lead, history=(entry,) * MAX_RESUBMISSIONS)


def revoked(lead: Lead) -> Lead:
    return lead.revoked("contact", "by telephone", LATE + timedelta(minutes=1))


UNFINISHED, FINISHED = sent(ROUTINE, EARLY, complete=False), sent(ROUTINE, EARLY)
ROBIN = sent(PRIORITY, LATE, name="Robin Sample", phone="(312) 555-0177")
# A finished PRIORITY form has completed an unfinished ROUTINE form.
MERGED = merge_resubmission(UNFINISHED, sent(PRIORITY, LATE), TIERS, HOURS)
CASES = {
    # stored lead, new lead, whether the visitor has a receipt for the new lead, expected decision
    "a repeat": (FINISHED, sent(ROUTINE, LATE), False, Keep),
    "a repeat from the spool": (FINISHED, sent(ROUTINE, EARLY), True, Keep),
    "the submission before the last": (MERGED, sent(ROUTINE, LATE, complete=False), False, Keep),
    "other content for a finished form": (FINISHED, sent(PRIORITY, LATE), False, Conflict),
    "other content that was accepted": (FINISHED, sent(PRIORITY, LATE), True, NewLead),
    "the end of an unfinished form": (UNFINISHED, sent(PRIORITY, LATE), False, Merge),
    "more of an unfinished form": (UNFINISHED, sent(PRIORITY, LATE, complete=False), False, Merge),
    "the first answers of an unfinished form again": (
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
    "another name with another number": (UNFINISHED, ROBIN, False, NewLead),
    "another name with another number, from the spool": (UNFINISHED, ROBIN, True, NewLead),
    "another name with the same number": (
        UNFINISHED,
        sent(PRIORITY, LATE, name="Robin Sample", phone="(312) 555-0142"),
        False,
        NewLead,
    ),
    "the same name with another number": (
        UNFINISHED,
        sent(PRIORITY, LATE, name="J. EXAMPLE", phone="(312) 555-0177"),
        False,
        Merge,
    ),
    "another surname with another number, by the same address": (
        sent(ROUTINE, EARLY, complete=False, name="Jordan Example", phone="(312) 555-0142", email="us@example.com"),
        sent(PRIORITY, LATE, name="Jordan Sample", phone="(312) 555-0177", email="us@example.com"),
        False,
        NewLead,
    ),
    "another person's unfinished form after the finished one": (
        FINISHED,
        varied(ROBIN, complete=False),
        False,
        NewLead,
    ),
    "another person's finished form after the finished one": (FINISHED, ROBIN, False, NewLead),
    "another person, from the spool, after consent was revoked": (revoked(UNFINISHED), ROBIN, True, NewLead),
    "another number without a name": (UNFINISHED, sent(PRIORITY, LATE, phone="(312) 555-0177"), False, Merge),
    "too many resubmissions": (resubmitted_often(UNFINISHED), sent(PRIORITY, LATE), False, NewLead),
    "too many resubmissions, from the spool": (resubmitted_often(UNFINISHED), sent(PRIORITY, LATE), True, NewLead),
    "after consent was revoked, from the spool": (revoked(UNFINISHED), sent(PRIORITY, LATE), True, Keep),
    "after consent was revoked": (revoked(UNFINISHED), sent(PRIORITY, LATE), False, Merge),
}


@pytest.mark.parametrize("case", CASES)
def test_each_kind_of_resubmission_is_decided(case: str) -> None:
    stored, new, was_accepted, expected = CASES[case]
    decided = resubmission(stored, new, TIERS, HOURS, was_accepted=was_accepted)
    assert type(decided) is expected
    if isinstance(decided, Merge):
        assert (decided.lead.lead_id, decided.lead.version) == (ID, stored.version + 1)
    if isinstance(decided, NewLead):
        assert decided.lead.lead_id != ID
        assert decided.lead.submitted == new.submitted


def test_earlier_answers_keep_the_contact_that_they_came_with() -> None:
    lead = merge_resubmission(UNFINISHED, sent(PRIORITY, LATE, name="Jordan", phone="(312) 555-0177"), TIERS, HOURS)
    assert lead.earlier[-1].contact == UNFINISHED.submitted.contact
    assert lead.submitted.contact.phone == "+13125550177"


def test_a_late_form_adds_its_red_flag_and_replaces_no_answer() -> None:
    decided = resubmission(FINISHED, sent(SADDLE, EARLY, complete=False), TIERS, HOURS, was_accepted=True)
    assert isinstance(decided, Merge)
    assert decided.lead.submitted == FINISHED.submitted
    assert decided.lead.tier == "EMERGENCY"
    assert decided.lead.earlier[-1].answers["ces"] == SADDLE["ces"]


def test_a_merged_lead_keeps_all_messages_that_were_shown() -> None:
    stored, new = sent(SADDLE, EARLY, complete=False), sent(ROUTINE, LATE)
    decided = resubmission(stored, new, TIERS, HOURS, was_accepted=True)
    assert isinstance(decided, Merge)
    shown = [message.id for message in decided.lead.assessment.messages_shown]
    assert {message.id for message in (*stored.assessment.messages_shown, *new.assessment.messages_shown)} == set(shown)
    assert len(shown) == len(set(shown))


Changes = dict[str, str | None]
ANN: Changes = {"name": "Ann Smith", "phone": "(312) 555-0151", "email": "ann@example.com"}
OTHER_PHONE: Changes = {"phone": "(312) 555-0152"}
OTHER_EMAIL: Changes = {"email": "bob@example.com"}
SAME: tuple[Changes, ...] = (
    {},
    {"name": "ANN SMITH"},
    {"name": "Smith, Ann"},
    {"name": "A. Smith"},
    {"name": "Ann"},
    {"name": "Ann Mar\u00eda Smith"},
    {"name": "\u00c1nn Sm\u00edth"},
    {"name": "Ann Smtih"},
    {"name": "Ann Jones"},
    {"name": "Ann Jones", "email": None},
    {"name": "Ann Smtih", "email": None},
    {"name": None},
    {"name": None, **OTHER_PHONE},
    {"name": None, **OTHER_EMAIL},
    OTHER_PHONE,
    OTHER_EMAIL,
    {**OTHER_PHONE, **OTHER_EMAIL},
    {**OTHER_PHONE, "email": None},
    {"phone": None},
)
OTHER: tuple[Changes, ...] = (
    {"name": "Bob Two", **OTHER_PHONE, **OTHER_EMAIL},
    {"name": "Bob Smith", **OTHER_PHONE, **OTHER_EMAIL},
    {"name": "Bob Smith", **OTHER_PHONE},
    {"name": "Bob Smith", **OTHER_EMAIL},
    {"name": "Bob Smith"},
    {"name": "Bob Smith", "phone": None},
    {"name": "Bob Smith", "email": None},
    {"name": "Bob Smith", "phone": None, **OTHER_EMAIL},
    {"name": "Bob Smith", **OTHER_PHONE, "email": None},
    {"name": "Ann Smtih", **OTHER_PHONE, **OTHER_EMAIL},
    {"name": "Ann Jones", **OTHER_PHONE, **OTHER_EMAIL},
    {"name": None, **OTHER_PHONE, **OTHER_EMAIL},
)


def with_contact_of(changes: Changes, answers: Json, at: datetime, *, complete: bool) -> Lead:
    contact = {name: value for name, value in (ANN | changes).items() if value}
    return sent(answers, at, complete=complete, **contact)


@pytest.mark.parametrize("finished", [*product((False, True), repeat=2)])
@pytest.mark.parametrize("accepted", [False, True])
def test_two_people_under_one_id_are_two_leads_and_one_person_is_one(
    finished: tuple[bool, bool], accepted: bool
) -> None:
    for changes, another in (*((one, False) for one in SAME), *((one, True) for one in OTHER)):
        for first, second in (({}, changes), (changes, {})):
            stored = with_contact_of(first, SADDLE, EARLY, complete=finished[0])
            new = with_contact_of(second, ROUTINE, LATE, complete=finished[1])
            decided = resubmission(stored, new, TIERS, HOURS, was_accepted=accepted)
            shares_a_way = not another or any(
                {**ANN, **first}[way] == {**ANN, **second}[way] for way in ("phone", "email")
            )
            if another and all(finished) and shares_a_way and not accepted:
                assert isinstance(decided, Conflict), "the visitor is asked"
            elif another:
                assert isinstance(decided, NewLead), (first, second)
                assert decided.lead.submitted == new.submitted
            else:
                assert isinstance(decided, NewLead) is (accepted and all(finished)), (first, second)
