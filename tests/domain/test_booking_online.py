from __future__ import annotations

from typing import Any

import pytest

from shared.domain.leads.promise import may_book_online
from tests.functions.calls import PRIORITY, ROUTINE
from tests.leads import a_lead, varied


@pytest.mark.parametrize(
    ("answers", "changes", "may"),
    [
        (ROUTINE, {}, True),
        (ROUTINE, {"status": "acknowledged"}, True),
        (ROUTINE, {"status": "booked"}, False),
        (ROUTINE, {"status": "closed"}, False),
        (ROUTINE, {"staff_tier": "URGENT"}, False),  # staff raised the tier
        (PRIORITY, {}, False),
        (PRIORITY, {"staff_tier": "ROUTINE"}, False),
    ],
)
def test_a_time_can_be_booked_for_open_routine_leads(
    answers: dict[str, Any], changes: dict[str, Any], may: bool
) -> None:
    assert may_book_online(varied(a_lead(answers), **changes)) is may
