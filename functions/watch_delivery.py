"""Checks every hour that leads reach staff, and every five minutes that all expected alert subscriptions are confirmed.

Canaries are fake leads. One canary takes the usual path to its alert, and one goes through the spool.
"""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import wiring
from functions.wiring import logger, metrics
from shared.usecases.delivery_watch import Watched, missing_subscriptions, note_who_can_be_alerted, watch_delivery

# The longest time that a canary's alert may take. If the stream fails, escalate_leads needs up to two minutes.
# LONGEST_DELIVERY must stay below the timeout of this function.
LONGEST_DELIVERY = timedelta(minutes=3)

SUBSCRIPTIONS_ONLY = {"check": "subscriptions"}  # the event of the schedule that runs every five minutes

watch = wiring.watch(LONGEST_DELIVERY)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, object]:
    if event == SUBSCRIPTIONS_ONLY:
        missing, error = missing_subscriptions(watch.subscribers)
        note()
        return {"subscriptions_missing": count_missing(missing, error)}
    watched = watch_delivery(watch, wiring.now)
    metrics.add_metric("canaries_delivered", MetricUnit.Count, int(watched.took is not None))
    if watched.took is not None:
        metrics.add_metric("canary_seconds", MetricUnit.Seconds, watched.took.total_seconds())
    metrics.add_metric("canaries_delivered_by_spool", MetricUnit.Count, int(watched.took_by_spool is not None))
    # Outside page_hours, no forms are expected. Counting 1 keeps the alarm from firing.
    metrics.add_metric("page_active", MetricUnit.Count, int(watched.quiet))
    report(watched)
    count_missing(watched.missing, watched.error_of_subscriptions)
    return {
        "delivered": watched.took is not None,
        "delivered_by_spool": watched.took_by_spool is not None,
        "subscriptions_missing": watched.missing,
    }


def note() -> None:
    """Stores which clinicians can be alerted individually.

    If this fails, the earlier record expires, and alerts go to all clinicians.
    """
    try:
        note_who_can_be_alerted(watch, wiring.now())
    except Exception as error:  # noqa: BLE001  the subscription check still counts
        logger.error("who can be alerted alone is not known", extra={"error": type(error).__name__})


def report(watched: Watched) -> None:
    if watched.took is None:
        logger.error(
            "the canary did not come out",
            extra={"reference": watched.reference, "error": watched.error, "cause": watched.cause},
        )
    if watched.took_by_spool is None:
        logger.error(
            "the canary through the spool did not come out",
            extra={"error": watched.error_by_spool, "cause": watched.cause_by_spool},
        )


def count_missing(missing: int, error: str) -> int:
    metrics.add_metric("subscriptions_missing", MetricUnit.Count, missing)
    if missing:
        logger.error("an expected subscription is missing or not confirmed", extra={"error": error})
    return missing
