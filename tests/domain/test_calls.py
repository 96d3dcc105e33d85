from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.leads.calls import ended_by, first_call_at
from shared.domain.leads.lead import Lead
from tests.domain.test_staff_actions import CLERK, NURSE, act
from tests.functions.calls import EMERGENCY, PRIORITY, URGENT, Json
from tests.leads import RECEIVED, a_lead

SOON, LATER = RECEIVED + timedelta(minutes=5), RECEIVED + timedelta(minutes=50)
MONDAY, FRIDAY = ({"at": RECEIVED + timedelta(days=days)} for days in (5, 9))


@pytest.mark.parametrize("answers", [EMERGENCY, URGENT])
def test_a_booking_that_says_why_no_call_reached_the_person_is_no_call(answers: Json) -> None:
    booked = act(a_lead(answers), "book", at=SOON, booking=MONDAY, text="Agreed at the door.")
    moved = act(booked, "book", at=LATER, booking=FRIDAY, text="")
    assert first_call_at(booked) is None
    assert first_call_at(moved) is None
    called = act(act(booked, "reopen", at=SOON), "contact_attempt", at=LATER, outcome="reached")
    assert first_call_at(called) == LATER


def test_a_call_before_such_a_booking_counts() -> None:
    called = act(a_lead(URGENT), "contact_attempt", at=SOON, outcome="left_message")
    assert first_call_at(act(called, "book", at=LATER, booking=MONDAY, text="Her doctor agreed to it.")) == SOON


def test_a_booking_without_a_recorded_call_counts_as_one_where_no_call_is_required() -> None:
    booked = act(a_lead(PRIORITY), "book", at=SOON, booking=MONDAY, text="")
    moved = act(booked, "book", at=LATER, booking=FRIDAY, text="")
    assert (first_call_at(booked), first_call_at(moved)) == (SOON, SOON)
    assert first_call_at(act(booked, "undo", at=SOON)) is None


@pytest.fixture
def of_the_nurse() -> Lead:
    return act(a_lead(URGENT), "acknowledge", NURSE)


def test_a_colleague_of_the_owner_ends_a_lead(of_the_nurse: Lead) -> None:
    booked = act(of_the_nurse, "book", CLERK, at=SOON, booking=MONDAY)
    closed = act(of_the_nurse, "close", CLERK, at=SOON, reason="declined", text="By e-mail.")
    assert [(lead.work.owner_name, ended_by(lead)) for lead in (booked, closed)] == [(NURSE.name, CLERK.name)] * 2
    assert ended_by(act(booked, "book", NURSE, at=LATER, booking=FRIDAY)) == CLERK.name
    assert ended_by(act(booked, "reopen", CLERK, at=LATER)) == ended_by(of_the_nurse) == ""
