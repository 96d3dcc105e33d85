"""Tests the list of what a member of staff did on a day."""

from __future__ import annotations

from datetime import date, timedelta

from shared.domain.leads.lead import Lead
from shared.domain.leads.my_day import MOST_DAYS, Done, day_key, day_keys_of, done_on
from shared.domain.leads.overdue import released
from tests.domain.test_next_action import chicago
from tests.domain.test_staff_actions import CLERK, NURSE, TIERS, act
from tests.functions.calls import URGENT
from tests.leads import HOURS, RECEIVED, a_lead

ZONE = HOURS.zone
WEDNESDAY, THURSDAY = date(2026, 1, 14), date(2026, 1, 15)


def worked_on() -> Lead:
    lead = act(a_lead(URGENT), "acknowledge", at=chicago(14, "22:00"))
    lead = act(lead, "contact_attempt", at=chicago(14, "23:59"), outcome="no_answer")
    return act(lead, "note", CLERK, at=chicago(15, "00:00"), text="A note.")


def test_a_day_is_one_of_the_clinic() -> None:
    lead = worked_on()
    assert [done.action for done in done_on(lead, NURSE.id, WEDNESDAY, ZONE)] == ["acknowledge", "contact_attempt"]
    assert done_on(lead, NURSE.id, WEDNESDAY, ZONE)[1] == Done(chicago(14, "23:59"), "contact_attempt", "no_answer")
    assert done_on(lead, NURSE.id, THURSDAY, ZONE) == done_on(lead, CLERK.id, WEDNESDAY, ZONE) == ()


def test_a_lead_is_found_for_each_member_of_staff_and_day() -> None:
    lead = released(worked_on(), TIERS, chicago(15, "02:00"))
    assert list(day_keys_of(lead, ZONE)) == [day_key(NURSE.id, WEDNESDAY), day_key(CLERK.id, THURSDAY)]


def test_only_the_latest_days_are_kept() -> None:
    """DynamoDB allows at most 100 items in a transaction."""
    lead = a_lead(URGENT)
    for days in range(MOST_DAYS + 5):
        lead = act(lead, "note", at=RECEIVED + timedelta(days=days), text="A note.")
    keys = list(day_keys_of(lead, ZONE))
    assert len(keys) == MOST_DAYS
    assert keys[-1] == day_key(NURSE.id, WEDNESDAY + timedelta(days=MOST_DAYS + 4))


def test_only_another_time_moves_an_appointment() -> None:
    first, second = (chicago(20, time).isoformat() for time in ("09:30", "11:00"))
    lead = act(a_lead(URGENT), "book", booking={"at": first})
    lead = act(lead, "book", booking={"at": first, "with_whom": "Dr. Example"})
    lead = act(lead, "book", CLERK, booking={"at": second})
    lead = act(act(lead, "reopen"), "book", booking={"at": first})
    assert [entry.moved for entry in lead.history] == [False, False, True, False, False]
    assert [done.moved for done in done_on(lead, CLERK.id, WEDNESDAY, ZONE)] == [True]
