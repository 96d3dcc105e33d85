"""Runs every day and deletes data whose retention period has ended.

Also erases again the leads that a restore brought back, and renews hashes that a former key made.
"""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import telemetry, wiring
from functions.wiring import logger, metrics
from shared.rulebook.retention import retention
from shared.settings import person_keys
from shared.usecases.erasing import erase_again
from shared.usecases.rekeying import rekey_leads
from shared.usecases.retiring import retire_leads

TIME_LIMIT = timedelta(minutes=4)  # less than the function's timeout; the next run continues

leads = wiring.leads_table()
kept_for = retention()
keys = person_keys()
erasures = wiring.erasures()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    until = wiring.now() + TIME_LIMIT
    erased = erase_again(leads, erasures, keys[0])
    retired = retire_leads(leads, kept_for, wiring.now, until)
    rekeyed = rekey_leads(leads, keys, wiring.now, until)
    metrics.add_metric("retired", MetricUnit.Count, sum(retired.done.values()))
    for lead_id, error in retired.failed:
        telemetry.lead_failed("retiring failed", lead_id, error)
    for lead_id, error in rekeyed.failed:
        telemetry.lead_failed("re-keying failed", lead_id, error)
    for lead_id, error in erased.failed:
        telemetry.lead_failed("erasing again failed", lead_id, error)
    if failed := {lead_id for lead_id, _ in (*erased.failed, *retired.failed, *rekeyed.failed)}:
        raise RuntimeError(f"{len(failed)} leads could not be retired, hashed or erased; see the log")
    done = {stage.value: count for stage, count in retired.done.items()}
    return done | {"rekeyed": rekeyed.done, "erased": erased.done}
