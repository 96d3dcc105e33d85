from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.leads.consent import ConsentRecord
from shared.domain.leads.erasure import Kept, Tombstone, erased
from shared.domain.leads.history import SYSTEM, HistoryEntry
from shared.domain.leads.lead import Lead
from shared.domain.leads.person_keys import email_key, phone_key
from shared.domain.leads.retention import Retention, months_before, retired
from shared.domain.leads.retention_stage import Stage, last_contact, stage_of
from shared.rulebook.reader import RulebookError
from shared.rulebook.retention import FILE, retention
from tests.functions.calls import EMERGENCY, NOT_A_FIT, URGENT
from tests.leads import RECEIVED, a_lead, varied

RETENTION = retention()
TAKEN_AT = RECEIVED + timedelta(hours=1)
KEY = "a key of tests"
WORDS = "the words of staff and patients"


def years(number: float) -> datetime:
    return TAKEN_AT + timedelta(days=365.25 * number + 1)


def worked(lead: Lead, **changes: object) -> Lead:
    entry = HistoryEntry(at=TAKEN_AT, by="s-1", by_name="N. Nurse", action="note", version=lead.version + 1, text=WORDS)
    done = {"status": "closed", "acknowledged_at": TAKEN_AT} | changes
    return varied(lead.changed(history=(*lead.history, entry)), **done)


def leads() -> dict[str, Lead]:
    note = {"note": WORDS}
    return {
        "ordinary": worked(a_lead(note)),
        "urgent": worked(a_lead(URGENT | note)),
        "emergency": worked(a_lead(EMERGENCY | note)),
        "raised": worked(a_lead(note), staff_tier="URGENT"),
        "lowered": worked(a_lead(URGENT | note), staff_tier="ROUTINE"),
        "booked": worked(a_lead(note), status="booked"),
        "urgent and booked": worked(a_lead(URGENT | note), status="booked"),
        "taken, not closed": worked(a_lead(note), status="acknowledged"),
    }


LEADS = leads()
AUDITED = {"urgent", "emergency", "raised", "lowered", "urgent and booked"}


def kept_after(kept: Kept, at: datetime) -> Kept | None:
    left: Kept | None = kept
    while left is not None:
        later = retired(left, RETENTION, at)
        if later is left:
            break
        left = later
    return left


class TestLeads:
    @pytest.mark.parametrize("lead", [a_lead(), a_lead(URGENT), a_lead(EMERGENCY)], ids=lambda lead: lead.tier)
    def test_a_lead_that_nobody_has_taken_is_never_retired(self, lead: Lead) -> None:
        assert stage_of(lead) is None
        assert retired(lead, RETENTION, years(50)) is lead

    def test_a_reopened_lead_is_kept_until_somebody_takes_it(self) -> None:
        lead = worked(LEADS["ordinary"], status="new")
        assert retired(lead, RETENTION, years(50)) is lead

    def test_a_lead_that_alerts_nobody_is_retired_like_any_other(self) -> None:
        lead = a_lead(NOT_A_FIT)
        later = kept_after(lead, years(1.1))
        assert isinstance(later, Lead)
        assert later.submitted.answers == {}
        assert kept_after(lead, years(5.1)) is None

    @pytest.mark.parametrize("name", LEADS)
    def test_nothing_is_removed_early(self, name: str) -> None:
        lead = LEADS[name]
        assert retired(lead, RETENTION, RECEIVED + timedelta(days=364)) is lead

    @pytest.mark.parametrize("name", [name for name in LEADS if "booked" not in name])
    def test_answers_go_after_a_year_and_consent_evidence_stays(self, name: str) -> None:
        before, after = LEADS[name], kept_after(LEADS[name], years(1.1))
        assert isinstance(after, Lead)
        assert after.version == before.version + 1
        assert (
            after.submitted.answers,
            after.submitted.attribution,
            after.submitted.content_hash,
            after.assessment.shadow,
        ) == ({}, {}, "", None)
        assert WORDS not in after.model_dump_json()
        assert after.submitted.consent_records == before.submitted.consent_records
        assert (after.submitted.contact.name, after.submitted.contact.phone) == (
            before.submitted.contact.name,
            before.submitted.contact.phone,
        )
        assert after.submitted.contact.postal is None
        assert [entry.action for entry in after.history] == ["note", "retired"]
        assert after.work.status == before.work.status

    @pytest.mark.parametrize("name", [name for name in LEADS if "booked" not in name])
    def test_fired_rules_are_kept_only_for_urgent_leads(self, name: str) -> None:
        before, after = LEADS[name], kept_after(LEADS[name], years(1.1))
        assert isinstance(after, Lead)
        assert after.assessment.triage.tags == after.assessment.triage.fit_rules == ()
        if name in AUDITED:
            assert after.assessment.triage.safety_rules == before.assessment.triage.safety_rules
            assert after.assessment.messages_shown == before.assessment.messages_shown
        else:
            assert not after.assessment.triage.safety_rules
            assert not after.assessment.triage.messages
            assert not after.assessment.messages_shown

    @pytest.mark.parametrize("name", [name for name in LEADS if "booked" in name])
    def test_a_booked_lead_stays_complete(self, name: str) -> None:
        assert kept_after(LEADS[name], years(5.5)) is LEADS[name]

    @pytest.mark.parametrize("name", sorted(set(LEADS) - AUDITED - {"booked"}))
    def test_after_five_years_nothing_is_left(self, name: str) -> None:
        assert kept_after(LEADS[name], years(5.1)) is None

    @pytest.mark.parametrize("name", sorted(AUDITED - {"urgent and booked"}))
    def test_an_urgent_lead_leaves_a_nameless_trail_until_year_six(self, name: str) -> None:
        lead, trail = LEADS[name], kept_after(LEADS[name], years(5.1))
        assert isinstance(trail, Tombstone)
        assert trail.trail is not None
        assert trail.trail.rules == tuple(rule.id for rule in lead.assessment.triage.safety_rules)
        assert trail.trail.history[0].by == "s-1"
        text = trail.model_dump_json()
        for personal in (
            lead.submitted.contact.name,
            lead.submitted.contact.phone,
            lead.submitted.contact.email,
            lead.submitted.phone_key,
            WORDS,
        ):
            assert not personal or personal not in text
        assert kept_after(LEADS[name], years(6.1)) is None

    @pytest.mark.parametrize("name", LEADS)
    def test_after_six_years_nothing_is_left(self, name: str) -> None:
        assert kept_after(LEADS[name], years(6.1)) is None

    def test_later_stages_count_from_the_last_contact(self) -> None:
        lead = LEADS["ordinary"].revoked("contact", "STOP", years(4))
        assert last_contact(lead) == years(4)
        assert kept_after(lead, years(6)) is not None
        assert kept_after(lead, years(9.1)) is None

    def test_retiring_does_not_count_as_contact(self) -> None:
        later = kept_after(LEADS["ordinary"], years(1.1))
        assert isinstance(later, Lead)
        assert later.history[-1].by == SYSTEM
        assert last_contact(later) == TAKEN_AT

    @given(st.sampled_from(sorted(LEADS)), st.lists(st.floats(0, 8), min_size=1, max_size=6))
    def test_how_often_retention_runs_does_not_matter(self, name: str, moments: list[float]) -> None:
        often: Kept | None = LEADS[name]
        for moment in sorted(moments):
            often = kept_after(often, years(moment)) if often else None
        once = kept_after(LEADS[name], years(max(moments)))
        assert (often is None) == (once is None)
        assert often is None or once is None or stage_of(often) == stage_of(once)


class TestErasing:
    def test_erasing_leaves_a_tombstone_with_hashed_contacts(self) -> None:
        lead = LEADS["urgent"].revoked("contact", WORDS, TAKEN_AT)
        left = erased(lead, "s-9", TAKEN_AT, KEY)
        assert (left.lead_id, left.version, left.by, left.kind) == (lead.lead_id, lead.version + 1, "s-9", "erased")
        assert [entry.hash for entry in left.consents] == [record.hash for record in lead.submitted.consent_records]
        assert left.consents[-1].how == "revoked"
        assert left.consents[0].covers == (
            phone_key(lead.submitted.contact.phone, KEY),
            email_key(lead.submitted.contact.email, KEY),
        )
        assert left.consents[0].text == lead.submitted.consent_records[0].text
        text = left.model_dump_json()
        for personal in (
            lead.submitted.contact.name,
            lead.submitted.contact.phone,
            lead.submitted.contact.email,
            WORDS,
            "203.0.113.10",
            "fever",
        ):
            assert personal
            assert personal not in text

    def test_the_ledger_goes_five_years_after_the_last_contact(self) -> None:
        left = erased(LEADS["urgent"], "s-9", years(1), KEY)
        assert stage_of(left) == (Stage.EVIDENCE, TAKEN_AT)
        assert retired(left, RETENTION, years(4.9)) is left
        assert retired(left, RETENTION, years(5.1)) is None

    def test_a_tombstone_is_read_back_as_stored(self) -> None:
        left = erased(LEADS["urgent"], "s-9", TAKEN_AT, KEY)
        assert Tombstone.model_validate_json(left.model_dump_json()) == left


@pytest.mark.parametrize(
    ("at", "months", "before"),
    [
        ("2027-01-14", 12, "2026-01-14"),
        ("2027-03-31", 1, "2027-02-28"),
        ("2028-02-29", 12, "2027-02-28"),
        ("2027-12-31", 72, "2021-12-31"),
        ("2027-01-01", 1, "2026-12-01"),
    ],
)
def test_months_are_calendar_months(at: str, months: int, before: str) -> None:
    assert months_before(datetime.fromisoformat(at), months) == datetime.fromisoformat(before)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)), st.integers(1, 200))  # noqa: DTZ001
def test_some_months_ago_is_always_a_day_of_that_month(at: datetime, months: int) -> None:
    before = months_before(at.replace(tzinfo=UTC), months)
    assert (at.year * 12 + at.month) - (before.year * 12 + before.month) == months
    assert before.day <= at.day


class TestData:
    def test_the_periods_are_those_of_the_design(self) -> None:
        assert RETENTION.months == {Stage.ANSWERS: 12, Stage.BOOKED: 72, Stage.EVIDENCE: 60, Stage.AUDIT: 72}
        assert RETENTION.audited_tiers == {"EMERGENCY", "URGENT"}

    @pytest.mark.parametrize(
        ("was", "becomes", "complaint"),
        [
            ("answers_months = 12", "answers_months = 0", "at least a month"),
            ("answers_months = 12", "answers_months = 61", "must not decrease"),
            ("audit_months = 72", "audit_months = 48", "must not decrease"),
            ("audit_months = 72", "audits_months = 72", "audit_months is missing"),
            ("audited_tiers", "more = 1\naudited_tiers", "unknown key more"),
        ],
    )
    def test_invalid_retention_data_is_refused(self, was: str, becomes: str, complaint: str, tmp_path: Path) -> None:
        file = tmp_path / "retention.toml"
        file.write_text(FILE.read_text(encoding="utf-8").replace(was, becomes), encoding="utf-8")
        with pytest.raises(RulebookError, match=complaint):
            retention(file)

    def test_a_shorter_period_applies_to_stored_leads(self) -> None:
        shorter = Retention({**RETENTION.months, Stage.ANSWERS: 1}, RETENTION.audited_tiers)
        lead = LEADS["ordinary"]
        assert retired(lead, shorter, RECEIVED + timedelta(days=32)) is not lead


def test_every_ledger_field_is_judged_for_erasure() -> None:
    """After a failure, decide whether a tombstone keeps the new field."""
    assert {field.name for field in fields(ConsentRecord)} == {
        *("consent", "given", "text", "text_hash", "questionnaire", "questionnaire_version", "language", "how"),
        *("covers", "at", "hash"),
        *("page", "source_address", "user_agent", "previous"),
    }
