"""POST /submissions: triages a filled-in form (JSON or a plain HTML form) and stores it as a lead.

POST /submissions/{submission_id}/answers adds answers to the lead after Send.
POST /callbacks ("Just call me") takes a shorter form from a visitor who wants a call.
GET /challenges/{submission_id} issues a form token and a challenge, and warms the function before the form is sent.
"""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import telemetry, wiring
from functions.wiring import logger, metrics
from shared.domain.errors import FormNotOpen
from shared.domain.intake.submission import Submission
from shared.domain.leads.consent import Visit
from shared.domain.leads.lead import CANARY, PLAIN_FORM, Arrival, reference_of
from shared.domain.rules.condition import CALLBACK, FORM
from shared.http.problem_details import emergency_messages
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.http.visitor_responses import Challenge, ProofOfWork, Receipt
from shared.rulebook.loading import load_candidate
from shared.settings import return_origins
from shared.usecases.capture import Captured, capture_lead

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.domain.intake.filled_form import FilledForm
    from shared.domain.leads.lead import Receipt as LeadReceipt
    from shared.domain.rules.advice import ShownMessage
    from shared.http.plain_forms import PlainForms
    from shared.http.visitor_responses import NextSteps
    from shared.usecases.capture import Intake

rulebook = wiring.rulebook()
guard = wiring.form_guard()
intake = wiring.intake(load_candidate())
Submission.model_rebuild()  # builds the validator now, so that no visitor waits for it after Send


@cache
def forms() -> PlainForms:
    """Builds them on first use, because most requests send JSON."""
    from shared.usecases.plain_form import redraw_form  # noqa: PLC0415

    return wiring.plain_forms(lambda form, problems: redraw_form(form, problems, rulebook), return_origins())


def show_problem(request: Request, error: Exception) -> Response | None:
    if request.method == "GET" or not request.wants_page:  # a GET comes only from scripts, which need no page
        return None
    return forms().show_problem(request, error, emergency_messages(error, request, advise))


def advise(request: Request) -> tuple[ShownMessage, ...]:
    from shared.usecases.screening import emergency_in  # noqa: PLC0415  only for a refused request

    body = forms().read(request).readable() if request.sends_form else json.loads(request.body)
    door = CALLBACK if request.route == "POST /callbacks" else FORM
    return emergency_in(body, rulebook, next(iter(rulebook.rule_sets)), door)


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID, clear_state=True)
@metrics.log_metrics
@wiring.answers_visitors(show_problem, advise)
def handler(request: Request, context: Any) -> Response:
    at = wiring.now()
    match request.route:
        case "GET /challenges/{submission_id}":
            return issue_challenge(request, at)
        case "POST /submissions/{submission_id}/answers":
            return add(request, at)
        case _:
            return capture(request, at)


def issue_challenge(request: Request, at: datetime) -> Response:
    work = guard.challenge(request.uuid_parameter("submission_id"), at)
    return respond(HTTPStatus.OK, Challenge(token=guard.token(), challenge=ProofOfWork(**work)))


def capture(request: Request, at: datetime) -> Response:
    form = forms().read(request) if request.sends_form else None
    submission = forms().submission(request, form, guard.submission_id, at) if form else request.read(Submission)
    logger.append_keys(reference=reference_of(submission.submission_id))
    judged = guard.judge(submission, at)
    if judged.source != CANARY and not wiring.form_is_open():
        metrics.add_metric("form_not_open", MetricUnit.Count, 1)
        raise FormNotOpen
    asks_for_call = request.route == "POST /callbacks"
    ordinary = CALLBACK if asks_for_call else PLAIN_FORM if form else FORM
    source = ordinary if judged.source == FORM else judged.source
    visit = Visit(request.source_address, request.user_agent)
    arrival = Arrival(at, visit, judged.signs, source, tries_spool=judged.tries_spool)
    captured = (capture_callback if asks_for_call else capture_lead)(submission, arrival, intake)
    report(captured)
    return answer(request, form, captured)


def capture_callback(submission: Submission, arrival: Arrival, intake: Intake) -> Captured:
    from shared.usecases import callbacks  # noqa: PLC0415  the form's cold start does not need it

    return callbacks.capture_callback(submission, arrival, intake)


def add(request: Request, at: datetime) -> Response:
    from shared.domain.intake.added_answers import AddedAnswers  # noqa: PLC0415  the form's cold start needs neither
    from shared.usecases.additions import add_answers  # noqa: PLC0415

    lead_id = request.uuid_parameter("submission_id")
    logger.append_keys(reference=reference_of(lead_id))
    form = forms().read(request) if request.sends_form else None
    added = forms().added_answers(form) if form else request.read(AddedAnswers)
    lead = add_answers(lead_id, added, intake, at)
    logger.info("answers added", extra={"reference": lead.reference, "lead_id": str(lead_id), "tier": lead.tier})
    if form and request.wants_page:
        return forms().sent(request, form, lead_id, added=True)
    return respond(
        HTTPStatus.OK, receipt(lead.receipt, wiring.next_steps().write(lead, lead.receipt.received_at), lead_id)
    )


def report(captured: Captured) -> None:
    telemetry.capture(captured)
    if captured.counted:
        metrics.add_metric("page_active", MetricUnit.Count, 1)  # an alarm fires if this is not counted for hours


def answer(request: Request, form: FilledForm | None, captured: Captured) -> Response:
    new = captured.created or captured.joined
    status = HTTPStatus.CREATED if new else HTTPStatus.ACCEPTED if captured.spooled else HTTPStatus.OK
    if form and request.wants_page and captured.lead and not captured.spooled and request.route != "POST /callbacks":
        return forms().sent(request, form, captured.lead.lead_id)
    sent = captured.sent
    steps = wiring.next_steps().write(sent, captured.receipt.received_at) if sent else None
    if form and request.wants_page:
        shown = wiring.next_steps().with_number(steps, sent, whole=True) if sent and steps else None
        return forms().receipt_at_once(request, form, captured.receipt, shown, status)
    return respond(status, receipt(captured.receipt, steps, sent.lead_id if sent else None))


def receipt(shown: LeadReceipt, steps: NextSteps | None, submission_id: UUID | None) -> Receipt:
    return Receipt(**shown._asdict(), next_steps=steps, submission_id=submission_id)
