"""Tests which mails to a patient are due, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.leads.action import Action
from shared.domain.leads.consent import reinstatement
from shared.domain.leads.history import UNDO_WITHIN
from shared.domain.leads.lead import CANARY, Lead
from shared.domain.leads.mail import (
    BETWEEN_TRIED,
    MOST_TRIED,
    MOST_TRIES,
    OTHERS_AFTER,
    OTHERS_WITHIN,
    RECEIPT_WITHIN,
    UNKNOWN_AFTER,
    DueMail,
    due_mail,
    may_be_mailed,
    next_mail_at,
    receipt_was_mailed,
    why_unmailed,
    without_due_mails,
)
from shared.domain.leads.mail_state import SETTLED, Closing, MailEntry, MailKind, MailState, MailStatus
from shared.domain.leads.resubmission import merge_resubmission
from shared.domain.leads.staff import CLINICIAN, Staff
from shared.domain.leads.staff_actions import WorkRules, work
from tests.functions.calls import EMERGENCY, NOT_A_FIT
from tests.leads import HOURS, RECEIVED, RULEBOOK, a_lead, varied, with_what_it_needs

RULES = WorkRules(RULEBOOK.rule_sets["fs-intake"].tiers, HOURS)
NURSE = Staff("n", "nurse", frozenset({CLINICIAN}))
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SOON = RECEIVED + MINUTE
EMAIL = {"name": "Sample Patient", "phone": "(312) 555-0142", "email": "sample.patient@example.com"}
BOOKED_FOR = RECEIVED + timedelta(days=2)


def alerted(lead: Lead) -> Lead:
    return lead.alerted(1, lead.ladder(RULES.tiers, HOURS), RECEIVED)


def mailable(answers: dict[str, Any] | None = None) -> Lead:
    return alerted(a_lead(answers, contact=EMAIL | {"preference": "call"}))


def act(lead: Lead, name: str, at: datetime = SOON, **fields: object) -> Lead:
    action = Action.model_validate({"action": name, "version": lead.version, **with_what_it_needs(name, fields)})
    return work(lead, action, NURSE, at, RULES)


def recorded(lead: Lead, *entries: MailEntry) -> Lead:
    mail = lead.mail
    for entry in entries:
        mail = mail.recorded(entry)
    return varied(lead, mail=mail)


def receipt(status: MailStatus, at: datetime = SOON, tries: int = 1) -> MailEntry:
    return MailEntry("receipt", "", status, at, tries)


def with_receipt(lead: Lead) -> Lead:
    return recorded(lead, receipt("sent"))


# ---- who may be mailed


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        (EMAIL, True),
        ({"name": "A", "email": "a@example.com"}, True),
        ({"name": "A", "phone": "(312) 555-0142"}, False),
        (EMAIL | {"message_ok": "yes"}, True),
        # Other readers of the mailbox must not learn that the clinic wrote.
        (EMAIL | {"message_ok": "no"}, False),
        (EMAIL | {"message_ok": "no", "preference": "email"}, True),
        # The helper consented to mail at her own address.
        (EMAIL | {"helper_name": "Sample Daughter", "relation": "daughter"}, True),
    ],
)
def test_mail_goes_to_an_address_that_is_covered_by_consent(contact: dict[str, str], expected: bool) -> None:
    assert may_be_mailed(a_lead(contact=contact)) is expected


def test_nobody_is_mailed_who_did_not_consent_or_may_be_a_bot() -> None:
    lead = mailable()
    records = lead.submitted.consent_records
    others = (varied(records[0], covers=("+13125550142", "somebody.else@example.com")), *records[1:])
    discreet = varied(lead, contact=varied(lead.submitted.contact, message_ok="no"))
    for refused, why in (
        (lead.revoked("contact", "by phone", SOON), "no_consent"),
        (lead.revoked("email", "the link in an e-mail", SOON), "no_consent"),
        (varied(lead, consent_records=()), "no_consent"),
        (varied(lead, consent_records=others), "no_consent"),
        (varied(lead, source=CANARY), "removed"),
        (varied(lead, suspicion=varied(lead.assessment.suspicion, suspect=True)), "suspect"),
        (varied(lead, answers_removed_at=SOON), "removed"),
        (varied(lead, mail=lead.mail.closed("bounce", SOON)), "closed"),
        (a_lead(contact={"name": "A", "phone": "(312) 555-0142"}), "no_address"),
        (discreet, "no_messages"),
    ):
        assert why_unmailed(refused) == why
        assert not may_be_mailed(refused)
        assert next_mail_at(refused) is None
    assert why_unmailed(lead) == ""
    assert may_be_mailed(lead)


def test_withdrawing_only_e_mail_leaves_the_consent_to_be_called() -> None:
    lead = mailable()
    after = lead.revoked("email", "the link in an e-mail", SOON)

    entry = after.submitted.consent_records[-1]
    assert (entry.consent, entry.given, entry.covers) == ("email", False, ("sample.patient@example.com",))
    assert (after.consents_to("contact"), after.consents_to("email")) == (True, False)
    assert after.revoked("email", "again", SOON) is after
    assert not lead.revoked("contact", "by phone", SOON).consents_to("email")


def test_revoking_contact_ends_mail_even_after_an_undone_revocation() -> None:
    lead = mailable().revoked("email", "by phone", SOON)
    ledger = lead.submitted.consent_records
    undone = (*ledger, reinstatement(ledger[-1], SOON, ledger[-1].hash))
    lead = lead.changed(submitted=replace(lead.submitted, consent_records=undone))
    assert lead.consents_to("email")
    assert not lead.revoked("contact", "by phone", SOON).consents_to("email")


def test_a_later_submission_keeps_what_was_mailed() -> None:
    before = recorded(mailable(), receipt("sent"))
    later = a_lead(at=RECEIVED + HOUR, lead_id=before.lead_id, contact=EMAIL)
    assert merge_resubmission(before, later, RULES.tiers, HOURS).mail == before.mail


# ---- the receipt


def test_a_receipt_is_due_at_once_and_goes_out_after_the_first_alert() -> None:
    new = a_lead(contact=EMAIL)
    assert next_mail_at(new) == RECEIVED
    assert due_mail(new, RECEIVED) is None
    assert due_mail(new.claimed(1, RECEIVED), RECEIVED + MINUTE / 6) is None
    assert due_mail(alerted(new), SOON) == DueMail("receipt", "", RECEIVED)


def test_a_mail_waits_for_an_alert_that_is_due_within_seconds() -> None:
    lead = mailable(EMERGENCY)
    assert due_mail(lead, RECEIVED + 4 * MINUTE) is not None
    assert due_mail(lead, RECEIVED + 4.6 * MINUTE) is None
    assert due_mail(lead, RECEIVED + 9 * MINUTE) is None


def test_a_lead_that_alerts_nobody_gets_its_receipt_too() -> None:
    assert due_mail(a_lead(NOT_A_FIT, contact=EMAIL), SOON) is not None


def test_an_unfinished_form_has_no_receipt() -> None:
    assert next_mail_at(a_lead(contact=EMAIL, complete=False)) is None


def test_a_settled_receipt_is_never_due_again() -> None:
    for status in SETTLED:
        lead = recorded(mailable(), receipt(status))
        assert next_mail_at(lead) is None, status
        assert due_mail(lead, RECEIVED + HOUR) is None, status
        assert receipt_was_mailed(lead) == (status == "sent")


def test_a_claimed_receipt_that_was_never_recorded_is_forgotten_not_sent() -> None:
    lead = recorded(mailable(), receipt("sending"))
    assert next_mail_at(lead) == SOON + UNKNOWN_AFTER
    assert due_mail(lead, SOON + UNKNOWN_AFTER - MINUTE) is None
    due = due_mail(lead, SOON + UNKNOWN_AFTER)
    assert due is not None
    assert due.step == "forget"
    # With a sweep each minute, staff see "unknown" after less than five minutes.
    assert timedelta(minutes=5) > UNKNOWN_AFTER + 2 * MINUTE


def test_a_claim_is_forgotten_also_after_consent_was_withdrawn() -> None:
    lead = recorded(mailable(), receipt("sending")).revoked("contact", "by phone", SOON)
    due = due_mail(lead, SOON + HOUR)
    assert due is not None
    assert due.step == "forget"


def test_a_late_receipt_is_withheld() -> None:
    lead = a_lead(NOT_A_FIT, contact=EMAIL)
    late = due_mail(lead, RECEIVED + RECEIPT_WITHIN)
    assert late is not None
    assert late.step == "withhold"
    assert late.withheld("late", SOON) == MailEntry("receipt", "", "withheld", SOON, 0, "late")


def test_a_mail_that_was_not_taken_is_tried_again_less_and_less_often() -> None:
    due, at, waits = DueMail("receipt", "", RECEIVED), SOON, []
    for tries in range(1, MOST_TRIES):
        entry = due.postponed(at)
        assert (entry.status, entry.tries) == ("waiting", tries)
        waits.append((entry.at - at) // MINUTE)
        lead = recorded(mailable(), entry)
        assert next_mail_at(lead) == entry.at
        due, at = DueMail("receipt", "", entry.at, tries=tries), entry.at
    assert waits == [1, 2, 4, 8, 16]
    assert due.postponed(at).status == "failed"


@pytest.mark.parametrize("kind", ["receipt", "booked", "tried", "unreachable"])
def test_waiting_for_the_hourly_limit_is_no_try_and_ends_in_the_next_hour_with_appointments_first(
    kind: MailKind,
) -> None:
    due = DueMail(kind, "", RECEIVED, tries=MOST_TRIES - 1)
    hour = RECEIVED.replace(minute=0, second=0, microsecond=0)
    for minute in (0, 29, 59):
        entry = due.over_limit(hour + minute * MINUTE)
        after = 0 * MINUTE if kind == "booked" else OTHERS_AFTER
        assert entry == MailEntry(kind, "", "waiting", hour + HOUR + after, MOST_TRIES - 1, "hourly_limit")


# ---- what staff did


@pytest.mark.parametrize("outcome", ["no_answer", "left_message", "wrong_number"])
def test_an_attempt_that_reached_nobody_is_written_about_once_it_cannot_be_undone(outcome: str) -> None:
    lead = act(with_receipt(mailable()), "contact_attempt", outcome=outcome)
    assert due_mail(lead, SOON + UNDO_WITHIN - MINUTE) is None
    assert next_mail_at(lead) == SOON + UNDO_WITHIN
    due = due_mail(act(lead, "acknowledge"), SOON + UNDO_WITHIN)
    assert due is not None
    assert (due.kind, due.about) == ("tried", str(lead.version))


def test_nobody_is_told_of_an_attempt_that_is_no_longer_news() -> None:
    lead = act(with_receipt(mailable()), "contact_attempt", outcome="no_answer")
    for later in (
        act(lead, "contact_attempt", outcome="reached"),
        act(lead, "close", reason="declined"),
        act(act(lead, "close", reason="declined"), "reopen"),
    ):
        assert next_mail_at(later) is None
    assert next_mail_at(act(lead, "note", text="Try her work number.")) is not None


def test_a_person_gets_few_mails_about_attempts() -> None:
    first = act(with_receipt(mailable()), "contact_attempt", outcome="no_answer")
    told = recorded(first, MailEntry("tried", str(first.version), "sent", SOON + UNDO_WITHIN, 1))
    assert next_mail_at(told) is None
    assert next_mail_at(act(told, "contact_attempt", SOON + HOUR, outcome="no_answer")) is None
    later = SOON + UNDO_WITHIN + BETWEEN_TRIED
    assert next_mail_at(act(told, "contact_attempt", later, outcome="no_answer")) == later + UNDO_WITHIN
    others = [MailEntry("tried", f"-{number}", "sent", RECEIVED) for number in range(MOST_TRIED)]
    often = recorded(with_receipt(mailable()), *others)
    assert next_mail_at(act(often, "contact_attempt", later, outcome="no_answer")) is None


def test_a_booking_is_confirmed_and_so_is_another_time() -> None:
    lead = act(with_receipt(mailable()), "book", booking={"at": BOOKED_FOR.isoformat()})
    due = due_mail(lead, SOON + UNDO_WITHIN)
    assert due is not None
    assert (due.kind, due.about) == ("booked", BOOKED_FOR.isoformat())
    told = recorded(lead, MailEntry("booked", due.about, "sent", SOON))
    assert next_mail_at(told) is None
    moved = act(act(told, "reopen"), "book", booking={"at": (BOOKED_FOR + HOUR).isoformat()})
    assert next_mail_at(moved) == SOON + UNDO_WITHIN


def moved(lead: Lead, to: datetime, at: datetime) -> Lead:
    return act(lead, "book", at, booking={"at": to.isoformat()})


def mailed(lead: Lead, at: datetime, status: MailStatus = "sent") -> Lead:
    due = due_mail(lead, at)
    assert due is not None
    return recorded(lead, MailEntry(due.kind, due.about, status, at, 1))


@pytest.mark.parametrize("status", ["sent", "unknown"])
def test_a_move_is_written_about_once_it_cannot_be_undone_and_undoing_it_later_is_corrected(status: MailStatus) -> None:
    told = mailed(moved(with_receipt(mailable()), BOOKED_FOR, SOON), SOON + UNDO_WITHIN)
    lead = moved(told, BOOKED_FOR + HOUR, SOON + HOUR)
    until = SOON + HOUR + UNDO_WITHIN
    assert due_mail(lead, until - MINUTE) is None
    assert next_mail_at(lead) == until
    assert next_mail_at(act(lead, "undo", until)) is None

    back = act(mailed(lead, until, status), "undo", until)
    corrected = mailed(back, until)
    assert corrected.mail.entries[-1].about == f"{BOOKED_FOR.isoformat()} 3"
    assert next_mail_at(corrected) is None


def test_an_appointment_that_is_moved_there_and_back_is_mailed_only_if_the_person_knew_of_another_time() -> None:
    told = mailed(moved(with_receipt(mailable()), BOOKED_FOR, SOON), SOON + UNDO_WITHIN)
    away = moved(told, BOOKED_FOR + HOUR, SOON + HOUR)
    assert next_mail_at(moved(away, BOOKED_FOR, SOON + HOUR + MINUTE)) is None

    lead = told
    for number in range(1, 5):
        at = SOON + number * HOUR
        lead = moved(lead, BOOKED_FOR + number % 2 * HOUR, at)
        assert next_mail_at(lead) == at + UNDO_WITHIN
        assert due_mail(lead, at + UNDO_WITHIN - MINUTE) is None
        lead = mailed(lead, at + UNDO_WITHIN)
        assert next_mail_at(lead) is None
    assert len({entry.about for entry in lead.mail.entries}) == 6


@pytest.mark.parametrize("status", ["failed", "withheld"])
def test_a_mail_about_a_move_that_was_not_sent_needs_no_correction(status: MailStatus) -> None:
    told = mailed(moved(with_receipt(mailable()), BOOKED_FOR, SOON), SOON + UNDO_WITHIN)
    away = mailed(moved(told, BOOKED_FOR + HOUR, SOON + HOUR), SOON + 2 * HOUR, status)
    assert next_mail_at(away) is None
    assert next_mail_at(moved(away, BOOKED_FOR, SOON + 3 * HOUR)) is None


def test_a_mail_that_waits_does_not_go_out_while_the_appointment_can_still_change() -> None:
    lead = moved(with_receipt(mailable()), BOOKED_FOR, SOON)
    waiting = recorded(lead, MailEntry("booked", BOOKED_FOR.isoformat(), "waiting", SOON + HOUR, 1))
    assert next_mail_at(waiting) == SOON + HOUR
    noted = act(waiting, "book", SOON + HOUR - MINUTE, booking={"at": BOOKED_FOR.isoformat(), "note": "Bring a list."})
    assert next_mail_at(noted) == SOON + HOUR - MINUTE + UNDO_WITHIN


def test_a_booking_that_is_undone_or_over_is_not_confirmed() -> None:
    lead = act(with_receipt(mailable()), "book", booking={"at": (SOON + HOUR).isoformat()})
    assert next_mail_at(act(lead, "undo", SOON + MINUTE)) is None
    over = due_mail(lead, SOON + HOUR)
    assert over is not None
    assert over.step == "withhold"


def test_a_booking_waits_for_the_hourly_limit_until_the_appointment_begins() -> None:
    lead, at, tried = moved(with_receipt(mailable()), BOOKED_FOR, SOON), SOON + UNDO_WITHIN, 0
    while (due := due_mail(lead, at)) and due.step == "send":
        entry, tried = due.over_limit(at), tried + 1
        lead, at = recorded(lead, entry), entry.at
    assert tried > 40
    assert at >= BOOKED_FOR > at - HOUR
    assert due is not None
    assert due.step == "withhold"


def test_somebody_who_could_not_be_reached_learns_that_nobody_tries_again() -> None:
    lead = act(with_receipt(mailable()), "close", reason="unreachable")
    due = due_mail(lead, SOON + UNDO_WITHIN)
    assert due is not None
    assert due.kind == "unreachable"
    late = due_mail(lead, SOON + UNDO_WITHIN + OTHERS_WITHIN)
    assert late is not None
    assert late.step == "withhold"
    assert next_mail_at(act(with_receipt(mailable()), "close", reason="declined")) is None
    assert next_mail_at(act(lead, "undo")) is None


# ---- MailState and restored leads


def test_a_bounce_marks_the_latest_mail_of_its_kind() -> None:
    state = (
        MailState().recorded(MailEntry("tried", "3", "sent", RECEIVED)).recorded(MailEntry("tried", "7", "sent", SOON))
    )
    bounced = state.bounced("tried", SOON)
    assert [entry.status for entry in bounced.entries] == ["sent", "bounced"]
    assert bounced.bounced("tried", SOON + HOUR) is bounced
    assert state.bounced("receipt", SOON) is state


@pytest.mark.parametrize("closing", ["bounce", "complaint", "unsubscribed"])
def test_an_address_is_closed_for_the_first_reason(closing: Closing) -> None:
    closed = MailState().closed(closing, SOON)
    assert (closed.closed_as, closed.closed_since) == (closing, SOON)
    assert closed.closed("complaint", SOON + HOUR) is closed


def test_a_lead_from_a_copy_sends_no_mail_that_was_due_and_every_later_one() -> None:
    lead = act(mailable(), "contact_attempt", outcome="no_answer")
    assert next_mail_at(lead) == RECEIVED
    restored = without_due_mails(lead, RECEIVED + MINUTE)
    assert [(entry.kind, entry.status) for entry in restored.mail.entries] == [("receipt", "unknown")]
    assert next_mail_at(restored) == SOON + UNDO_WITHIN
    assert restored.version == lead.version
    assert next_mail_at(without_due_mails(lead, SOON + UNDO_WITHIN)) is None
    mailed = with_receipt(mailable())
    assert without_due_mails(mailed, SOON) is mailed
    tried = varied(lead, mail=MailState((MailEntry("receipt", "", "waiting", RECEIVED, tries=2),)))
    assert [entry.tries for entry in without_due_mails(tried, RECEIVED + MINUTE).mail.entries] == [2]
