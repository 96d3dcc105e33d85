"""Withdraws an unfinished form after the visitor unticked the consent to contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.leads.history import SYSTEM, WITHDRAWN, HistoryEntry
from shared.domain.leads.lead import Lead
from shared.domain.leads.retention import emptied

HOW = "the box was unticked before the form was sent"


def withdrawn(lead: Lead, at: datetime) -> Lead:
    """Revokes the consent to contact of an unfinished form.

    A new lead without a red flag is closed and loses its answers.
    Any other lead keeps its answers, because a clinician may find a medical reason to call.
    """
    revoked = lead.revoked("contact", HOW, at)
    if lead.submitted.complete or revoked is lead:
        return lead
    entry = HistoryEntry(at=at, by=SYSTEM, by_name="", action=WITHDRAWN, version=lead.version + 1)
    history = (*lead.history, entry)
    if lead.assessment.red_flag or lead.work.status != "new":
        return lead.changed(submitted=revoked.submitted, escalation=revoked.escalation, history=history)
    submitted, assessment = emptied(revoked)
    return lead.changed(
        submitted=submitted,
        assessment=assessment,
        escalation=revoked.escalation.stopped(),
        work=replace(lead.work, status="closed", closed_reason=WITHDRAWN, closed_at=at),
        history=history,
        earlier=(),
        answers_removed_at=at,
    )
