"""POST /submissions: a filled-in form becomes a triaged, stored lead."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared import api, usecases
from shared.adapters.aws import PATIENT_FACING
from shared.adapters.dynamodb import LeadsTable
from shared.adapters.form_guard import FormGuard
from shared.domain.lead import Arrival
from shared.domain.submission import Submission
from shared.rulebook.loading import load
from shared.rulebook.words import words
from shared.settings import ClinicSettings, TableSettings, form_key, opening_hours

logger = Logger()
metrics = Metrics()
rulebook = load()
table = TableSettings.from_environment()
leads = LeadsTable(boto3.client("dynamodb", config=PATIENT_FACING), table.leads_table, table.index_shards)
intake = usecases.Intake(rulebook, leads, opening_hours())
guard = FormGuard(form_key())
safety = api.Safety(rulebook.emergency_advice_in, words, ClinicSettings.from_environment().phone)


@logger.inject_lambda_context
@metrics.log_metrics
@api.answers_problems(safety, logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    submission = api.read(event, Submission)
    now = datetime.now(UTC)
    captured = usecases.capture_lead(submission, Arrival(now, api.visit(event), guard.signs(submission, now)), intake)
    if captured.lead and captured.created:
        tier = captured.lead.triage.tier
        metrics.add_dimension("tier", tier)
        metrics.add_metric("captured", MetricUnit.Count, 1)
        metrics.add_metric("suspects", MetricUnit.Count, int(captured.lead.suspicion.suspect))
        logger.info("captured", extra={"reference": captured.lead.reference, "tier": tier})
    return api.respond(HTTPStatus.CREATED if captured.created else HTTPStatus.OK, captured.receipt)
