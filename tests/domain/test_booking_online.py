"""Tests who may book a time online."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.leads.promise import Way, may_book_online, promise
from tests.functions.calls import ROUTINE, URGENT
from tests.leads import HOURS, RECEIVED, a_lead, varied

BY_MAIL = {"name": "A", "email": "a@example.com"}


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({}, True),
        ({"status": "acknowledged"}, True),
        ({"status": "booked"}, False),
        ({"status": "closed"}, False),
        ({"staff_tier": "URGENT"}, False),  # staff raised it
    ],
)
def test_nobody_books_whose_lead_is_done_or_was_raised(changes: dict[str, Any], may: bool) -> None:
    lead = varied(a_lead(ROUTINE, contact=BY_MAIL), **changes)
    assert may_book_online(lead, promise(lead, HOURS, RECEIVED, safety=False)) is may


def test_nobody_books_whose_lead_staff_lowered_to_this_tier() -> None:
    lead = varied(a_lead(URGENT, contact=BY_MAIL), staff_tier="ROUTINE")
    promised = promise(lead, HOURS, RECEIVED, safety=False)
    assert (lead.tier, promised and promised.way) == ("ROUTINE", "write")
    assert not may_book_online(lead, promised)


@pytest.mark.parametrize(("way", "may"), [("call", False), ("text", True), ("write", True)])
def test_nobody_books_who_waits_for_a_call(way: Way, may: bool) -> None:
    lead = a_lead(ROUTINE, contact=BY_MAIL)
    promised = promise(lead, HOURS, RECEIVED, safety=False)
    assert promised is not None
    assert may_book_online(lead, promised._replace(way=way)) is may
    assert not may_book_online(lead, None)
