"""Determines the retention stage of a lead or tombstone, and when the stage began."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from shared.domain.leads.history import SYSTEM, VISITOR_ACTIONS
from shared.domain.leads.lead import Lead

if TYPE_CHECKING:
    from shared.domain.leads.erasure import Kept


class Stage(StrEnum):
    """A retention stage. The comments say what is removed at its end."""

    ANSWERS = "answers"  # the answers of a lead that was not booked
    BOOKED = "booked"  # a whole booked lead
    EVIDENCE = "evidence"  # the contact details and consents of a lead without answers, or of an erased lead
    AUDIT = "audit"  # the audit trail of an urgent lead


def stage_of(kept: Kept) -> tuple[Stage, datetime] | None:
    """Returns the retention stage and when it began.

    Returns None for a lead that alerts staff and has no owner, which is never removed.
    """
    if not isinstance(kept, Lead):
        return (Stage.EVIDENCE if kept.kind == "erased" else Stage.AUDIT), kept.last_contact
    if kept.work.status == "new" and kept.escalation.alert_due > 0:
        return None
    if kept.answers_removed_at is not None:
        return Stage.EVIDENCE, last_contact(kept)
    if kept.work.status == "booked":
        return Stage.BOOKED, last_contact(kept)
    return Stage.ANSWERS, kept.assessment.received_at


def last_contact(lead: Lead) -> datetime:
    worked = (entry.at for entry in lead.history if entry.by != SYSTEM or entry.action in VISITOR_ACTIONS)
    consents = (record.at for record in lead.submitted.consent_records)
    return max([lead.assessment.received_at, *worked, *consents])
