"""POST /intake/google-ads: a lead form of the ad network becomes a lead."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.adapters.aws import PATIENT_FACING, SPOOLING, client
from shared.adapters.dynamodb import LeadsTable
from shared.adapters.spool import SpoolQueue
from shared.domain.intake.ad_lead import AdKey, AdLead
from shared.domain.leads.lead import Arrival, Lead
from shared.http import api
from shared.rulebook.loading import load
from shared.rulebook.words import words
from shared.settings import AdSettings, ClinicSettings, TableSettings, opening_hours, person_key, spool_queue
from shared.usecases.capture import Intake, admit_ad_network, capture_ad_lead

logger = Logger()
metrics = Metrics()
rulebook = load()
ads = AdSettings.from_environment()
table = TableSettings.from_environment()
leads = LeadsTable(client("dynamodb", PATIENT_FACING), table.leads_table, table.index_shards)
spool = SpoolQueue(lambda: client("sqs", SPOOLING), spool_queue())
intake = Intake(rulebook, leads, spool, lambda: datetime.now(UTC), opening_hours(), person_key())
safety = api.Safety(rulebook.emergency_advice_in, words, ClinicSettings.from_environment().phone)


def tell(lead: Lead, *, spooled: bool) -> None:
    if spooled:  # counted as captured when it is stored
        logger.warning("spooled", extra={"reference": lead.reference, "lead_id": str(lead.lead_id), "tier": lead.tier})
        metrics.add_metric("spooled", MetricUnit.Count, 1)
        return
    logger.info("captured", extra={"reference": lead.reference, "lead_id": str(lead.lead_id), "tier": lead.tier})
    metrics.add_metric("captured", MetricUnit.Count, 1)
    metrics.add_metric("suspects", MetricUnit.Count, int(lead.assessment.suspicion.suspect))
    metrics.add_metric("scoring_failed", MetricUnit.Count, int(lead.assessment.triage.failed))
    metrics.add_metric(f"captured_{lead.tier}", MetricUnit.Count, 1)


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@metrics.log_metrics
@api.answers_problems(safety, logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    arrival = Arrival(datetime.now(UTC), api.visit(event), frozenset(), "google-ads", "the lead form of the ad network")
    admit_ad_network(api.read(event, AdKey), ads.key)
    captured = capture_ad_lead(api.read(event, AdLead), arrival, intake, ads.questionnaire)
    if captured and captured.counted:
        tell(captured.counted, spooled=captured.spooled)
    # 200 for a spooled one too: it is as durable, and the network knows no other word for "do not send it again".
    return api.respond(HTTPStatus.OK, {})
