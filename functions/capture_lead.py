"""POST /submissions: a filled-in form, as JSON or from a plain HTML form, becomes a triaged, stored lead."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.adapters.aws import PATIENT_FACING, SPOOLING, client
from shared.adapters.dynamodb import LeadsTable
from shared.adapters.form_guard import FormGuard
from shared.adapters.spool import SpoolQueue
from shared.domain.intake.filled_form import FilledForm
from shared.domain.intake.submission import Submission
from shared.domain.leads.lead import FORM, PLAIN_FORM, Arrival, reference_of
from shared.http import api
from shared.http.plain_forms import PlainForms, sends_form, wants_page
from shared.rulebook.loading import load, load_candidate
from shared.rulebook.words import words
from shared.settings import (
    ClinicSettings,
    TableSettings,
    form_key,
    opening_hours,
    person_key,
    return_origins,
    spool_queue,
)
from shared.usecases.capture import Captured, Intake, capture_lead
from shared.usecases.screening import mend_form

logger = Logger()
metrics = Metrics()
rulebook = load()
table = TableSettings.from_environment()
leads = LeadsTable(client("dynamodb", PATIENT_FACING), table.leads_table, table.index_shards)
spool = SpoolQueue(lambda: client("sqs", SPOOLING), spool_queue())
intake = Intake(rulebook, leads, spool, lambda: datetime.now(UTC), opening_hours(), person_key(), load_candidate())
guard = FormGuard(form_key())
clinic = ClinicSettings.from_environment()
safety = api.Safety(rulebook.emergency_advice_in, words, clinic.phone)
forms = PlainForms(
    rulebook, safety, clinic, lambda form, problems: mend_form(form, problems, rulebook), return_origins()
)


def tell(captured: Captured) -> None:
    if captured.lead and captured.spooled:
        logger.warning("spooled", extra={"lead_id": str(captured.lead.lead_id), "tier": captured.lead.tier})
    elif captured.lead and captured.created:
        logger.info("captured", extra={"lead_id": str(captured.lead.lead_id), "tier": captured.lead.tier})
    elif captured.lead:
        logger.info("sent again", extra={"lead_id": str(captured.lead.lead_id), "tier": captured.lead.tier})
    if lead := captured.counted:
        metrics.add_metric("heard", MetricUnit.Count, 1)  # silence of this metric is an alarm: see watch_delivery
        if captured.spooled:  # counted as captured when it is stored
            metrics.add_metric("spooled", MetricUnit.Count, 1)
            return
        metrics.add_metric("captured", MetricUnit.Count, 1)
        metrics.add_metric("suspects", MetricUnit.Count, int(lead.assessment.suspicion.suspect))
        metrics.add_metric("scoring_failed", MetricUnit.Count, int(lead.assessment.triage.failed))
        metrics.add_metric(f"captured_{lead.tier}", MetricUnit.Count, 1)


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID, clear_state=True)
@metrics.log_metrics
@api.answers_problems(safety, logger.error, forms.show_problem)
def handler(event: api.Event, context: Any) -> api.Response:
    now = datetime.now(UTC)
    form = forms.read(event) if sends_form(event) else None
    submission = forms.submission(event, form, guard, now) if form else api.read(event, Submission)
    logger.append_keys(reference=reference_of(submission.submission_id))  # also of what fails from here on
    captured = capture_lead(submission, arrival(event, form, submission, now), intake)
    tell(captured)
    return answer(event, form, submission, captured)


def arrival(event: api.Event, form: FilledForm | None, submission: Submission, at: datetime) -> Arrival:
    source, signs = guard.source(submission), guard.signs(submission, at)
    door = PLAIN_FORM if form and source == FORM else source
    return Arrival(at, api.visit(event), signs, door, tries_spool=guard.tries_spool(submission))


def answer(event: api.Event, form: FilledForm | None, submission: Submission, captured: Captured) -> api.Response:
    if form and wants_page(event):
        return forms.sent(event, form, submission.submission_id, captured.receipt, stored=not captured.spooled)
    status = HTTPStatus.CREATED if captured.created else HTTPStatus.ACCEPTED if captured.spooled else HTTPStatus.OK
    return api.respond(status, captured.receipt)
