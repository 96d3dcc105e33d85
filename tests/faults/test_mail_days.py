"""Tests mail to visitors under random faults."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.domain.leads import mail
from shared.domain.leads.mail_state import MailEntry, MailState
from shared.usecases import mailing
from tests.faults.mail_days import PEOPLE, MailDays


@pytest.mark.parametrize(("seed", "fault_rate"), [(1, 0.0), (2, 0.01), (3, 0.05)])
def test_no_mail_is_sent_twice_too_fast_or_without_a_result(seed: int, fault_rate: float) -> None:
    days = MailDays(seed, 120, fault_rate).run()
    assert days.violations == []
    assert days.counts["side by side"] > 0
    assert len(days.accepted) > PEOPLE / 2
    assert (days.counts["faults"] == 0) == (fault_rate == 0)
    if fault_rate == 0:
        assert len(days.accepted) == days.counts["sent"]


def violations_at_many_faults() -> Iterator[str]:
    for seed in range(6):
        yield from MailDays(seed, 120, 0.1).run().violations


def test_sending_before_the_claim_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that does not record its claims sends mails twice."""
    recorded = MailState.recorded

    def forgets(state: MailState, entry: MailEntry) -> MailState:
        return state if entry.status in ("sending", "unknown") else recorded(state, entry)

    monkeypatch.setattr(MailState, "recorded", forgets)
    assert any("times" in what for what in violations_at_many_faults())


def test_a_claim_that_no_sweep_ends_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "UNKNOWN_AFTER", timedelta(hours=1))
    assert any("is open after" in what for what in violations_at_many_faults())


def test_a_call_that_is_tried_again_by_itself_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = mailing._sent

    def twice(*given: object) -> MailEntry:
        entry: MailEntry = sent(*given)  # type: ignore[arg-type]
        return sent(*given) if entry.status == "unknown" else entry  # type: ignore[arg-type]

    monkeypatch.setattr(mailing, "_sent", twice)
    assert any("times" in what for what in violations_at_many_faults())
