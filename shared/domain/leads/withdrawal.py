"""Withdraws an unfinished form after the visitor unticked the consent to contact before Send."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.leads.history import SYSTEM, WITHDRAWN, HistoryEntry
from shared.domain.leads.lead import Lead
from shared.domain.leads.retention import emptied

HOW = "the box was unticked before the form was sent"


def withdrawn(lead: Lead, at: datetime) -> Lead:
    """Returns the lead with the consent to contact revoked.

    Returns the same lead if the consent was not given, or if the form was sent. If the lead is new and has no red flag,
    closes it and removes its answers. Any other lead keeps its answers, because a clinician decides whether there is a
    medical reason to call.
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
