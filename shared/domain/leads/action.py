"""Defines the actions that staff can request on a lead, and checks such a request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shared.domain.errors import FieldProblem
from shared.domain.intake.fields import Line, SeveralLines
from shared.domain.leads.consent import ConsentCode
from shared.domain.leads.lead import Lead
from shared.domain.leads.next_action import CALL_AT, WRONG_NUMBER
from shared.domain.model import Model
from shared.domain.rules.triage import Tier

BOOKED_WITHIN = timedelta(days=2 * 365)  # a later appointment must be a typing error
LONGEST_WAIT = timedelta(days=30)

ActionName = Literal[
    "acknowledge",
    "take_over",
    "hand_over",
    "contact_attempt",
    "book",
    "close",
    "reopen",
    "note",
    "raise_tier",
    "lower_tier",
    "revoke_consent",
    "undo",
]
Outcome = Literal[
    "reached",
    "to_be_booked",
    "call_at",
    "no_answer",
    "left_message",
    "wrong_number",
    "emergency_room",
    "called_911",
    "own_doctor",
    "already_patient",
    "booked_elsewhere",
]
Reason = Literal[
    "not_a_fit",
    "unreachable",
    "duplicate",
    "spam",
    "declined",
    "emergency_care",
    "own_doctor",
    "already_patient",
    "booked_elsewhere",
]
# Outcome of a contact attempt -> the reason for closing that the inbox suggests.
CLOSES_AS: Mapping[str, Reason] = {
    WRONG_NUMBER: "unreachable",
    "emergency_room": "emergency_care",
    "called_911": "emergency_care",
    "own_doctor": "own_doctor",
    "already_patient": "already_patient",
    "booked_elsewhere": "booked_elsewhere",
}


class BookingRequest(Model):
    """An appointment that a member of staff enters. `at` is its start, with the offset from UTC."""

    at: AwareDatetime
    with_whom: Annotated[str, Field(max_length=100), Line] = ""
    note: SeveralLines = ""


class Action(Model):
    """A request by a member of staff to act on a lead.

    version: the version of the lead that the member of staff saw.
    again_at: when the person wants to be called again, with the offset from UTC.
    to: the user name of the colleague who gets the lead.
    text: a note, a reason, or how the patient revoked the consent.
    """

    action: ActionName
    version: Annotated[int, Field(ge=1)]
    outcome: Outcome | None = None
    again_at: AwareDatetime | None = None
    reason: Reason | None = None
    tier: Annotated[str, Field(max_length=40)] | None = None
    consent: ConsentCode | None = None
    to: Annotated[str, Field(max_length=128), Line] | None = None
    booking: BookingRequest | None = None
    text: SeveralLines = ""


def closes_as(lead: Lead, *, safety: bool) -> str:
    """Returns the reason for closing that the last call suggests; "" for no reason.

    A wrong number suggests no reason in a safety tier, because nobody was reached.
    """
    call = lead.work.last_call
    if call is None or (call.outcome == WRONG_NUMBER and (safety or lead.contact_revoked)):
        return ""
    return CLOSES_AS.get(call.outcome, "")


def problems_of(action: Action, tiers: Collection[str], at: datetime) -> Iterable[FieldProblem]:
    if action.action == "contact_attempt" and action.outcome is None:
        yield FieldProblem("/outcome", "This field is required.")
    if action.action == "contact_attempt" and (action.outcome == CALL_AT) != (action.again_at is not None):
        yield FieldProblem("/again_at", "Enter a time exactly when the person asked to be called again.")
    if action.action == "contact_attempt" and action.again_at and not at < action.again_at < at + LONGEST_WAIT:
        past = action.again_at <= at
        yield FieldProblem("/again_at", "That time is past." if past else "Enter a time within the next 30 days.")
    if action.action == "book":
        yield from _booking_problems(action.booking, at)
    if action.action == "close" and action.reason is None:
        yield FieldProblem("/reason", "This field is required.")
    if action.action in ("raise_tier", "lower_tier") and action.tier not in tiers:
        yield FieldProblem("/tier", "This option is not on the list.")
    if action.action == "hand_over" and not action.to:
        yield FieldProblem("/to", "This field is required.")
    if action.action == "revoke_consent" and action.consent is None:
        yield FieldProblem("/consent", "This field is required.")
    if action.action in ("note", "lower_tier", "revoke_consent") and not action.text:
        yield FieldProblem("/text", "This field is required.")


def _booking_problems(booking: BookingRequest | None, at: datetime) -> Iterable[FieldProblem]:
    if booking is None or booking.at <= at:
        yield FieldProblem("/booking/at", "Enter a time that lies ahead.")
    elif booking.at > at + BOOKED_WITHIN:
        yield FieldProblem("/booking/at", "Enter a time within the next two years. Check the year.")


def example(name: str, lead: Lead, at: datetime, tiers: Iterable[Tier]) -> Action:
    """Returns a valid sample request, to test whether the action is possible."""
    by_urgency = sorted(tiers, key=lambda tier: tier.rank)
    tier = by_urgency[0 if name == "raise_tier" else -1].name
    return Action.model_validate(
        {
            "action": name,
            "version": lead.version,
            "outcome": "reached",
            "reason": "unreachable",
            "tier": tier,
            "consent": next(
                (record.consent for record in lead.submitted.consent_records if lead.consents_to(record.consent)), "sms"
            ),
            "booking": {"at": at + timedelta(days=1)},
            "to": "-",
            "text": "-",
        }
    )
