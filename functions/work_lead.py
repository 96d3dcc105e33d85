"""POST /leads/{reference}/actions: records what a staff member does with a lead."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import wiring
from functions.wiring import logger, metrics
from shared.domain.leads.action import Action
from shared.http.lead_responses import LeadView
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.usecases.inbox import Worked, work_lead

workspace = wiring.workspace()
colleagues = wiring.colleagues()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@metrics.log_metrics
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    staff, action = request.staff, request.read(Action)
    worked = work_lead(request.parameter("reference"), action, staff, workspace, wiring.now(), colleagues)
    report(worked, action.action)
    return respond(HTTPStatus.OK, LeadView.of(worked.opened))


def report(worked: Worked, action: str) -> None:
    lead = worked.opened.lead
    logger.info("worked", extra={"reference": lead.reference, "tier": lead.tier, "action": action})
    metrics.add_metric("worked", MetricUnit.Count, 1)
    if worked.taken_after is not None:
        minutes = worked.taken_after / timedelta(minutes=1)
        metrics.add_metric(f"minutes_to_acknowledgement_{lead.tier}", MetricUnit.NoUnit, minutes)
