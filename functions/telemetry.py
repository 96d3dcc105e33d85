"""Writes the log lines and metrics of several functions. Alarms and docs/runbook.md use their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aws_lambda_powertools.metrics import MetricUnit

from functions.wiring import logger, metrics
from shared.domain.errors import cause_of
from shared.domain.leads.lead import CANARY, reference_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.domain.leads.alert import Alert
    from shared.domain.leads.lead import Lead
    from shared.domain.leads.mail_state import MailEntry
    from shared.usecases.capture import Captured


def capture(captured: Captured) -> None:
    lead = captured.lead
    if lead is None:
        return
    if captured.spooled:  # a spooled lead counts as captured only after the replay stores it
        logger.warning("spooled", extra={"reference": lead.reference, "lead_id": str(lead.lead_id), "tier": lead.tier})
        if captured.counted:
            metrics.add_metric("spooled", MetricUnit.Count, 1)
    elif captured.created:
        stored(lead)
    elif captured.joined:
        logger.info("joined", extra={"reference": lead.reference, "lead_id": str(lead.lead_id), "tier": lead.tier})
    else:
        logger.info("sent again", extra={"reference": lead.reference, "lead_id": str(lead.lead_id), "tier": lead.tier})


def stored(lead: Lead) -> None:
    """A canary's lead is logged but never counted."""
    logger.info("captured", extra={"reference": lead.reference, "lead_id": str(lead.lead_id), "tier": lead.tier})
    if lead.source == CANARY:
        return
    metrics.add_metric("captured", MetricUnit.Count, 1)
    metrics.add_metric(f"captured_{lead.tier}", MetricUnit.Count, 1)
    if lead.assessment.suspicion.suspect:
        metrics.add_metric("suspects", MetricUnit.Count, 1)
    if lead.assessment.triage.failed:
        metrics.add_metric("scoring_failed", MetricUnit.Count, 1)


def alerted(alert: Alert) -> None:
    logger.info(
        "alerted",
        extra={
            "reference": alert.reference,
            "lead_id": alert.lead_id,
            "tier": alert.tier,
            "ladder_level": alert.level,
        },
    )


def count_seconds_to_alert(alert: Alert, at: datetime) -> None:
    """Adds the seconds from a lead's arrival to its first alert to a metric.

    Alerts about unfinished forms have no `received_at`, because they are delayed on purpose.
    """
    if alert.level == 1 and alert.received_at:
        metrics.add_metric("seconds_to_alert", MetricUnit.Seconds, (at - alert.received_at).total_seconds())


def mailed(lead_id: UUID, entry: MailEntry) -> None:
    logger.info(
        "mail",
        extra={
            "reference": reference_of(lead_id),
            "lead_id": str(lead_id),
            "mail_kind": entry.kind,
            "mail_status": entry.status,
            "reason": entry.reason,
        },
    )


def lead_failed(
    what: Literal[
        "alert failed", "mail failed", "retiring failed", "re-keying failed", "erasing again failed", "counting failed"
    ],
    lead_id: UUID,
    error: Exception,
) -> None:
    """Logs the error's type but never its text, which may quote a patient."""
    logger.error(
        what,
        extra={
            "reference": reference_of(lead_id),
            "lead_id": str(lead_id),
            "error": type(error).__name__,
            "cause": cause_of(error),
        },
    )
