"""GET and POST /form: draws the form, page by page or whole for the script of <lead-form>. Stores nothing."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import wiring
from functions.wiring import logger, metrics
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, cacheable
from shared.usecases.plain_form import draw_form

MAX_AGE = 300  # seconds: a changed questionnaire reaches every visitor within minutes
VARY = {"vary": "accept-language"}

rulebook = wiring.rulebook()
guard = wiring.form_guard()
forms = wiring.plain_forms()
DRAWN_FOR_SCRIPT = {"element": forms.element, "added": forms.added}  # by the parameter `mode`


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@metrics.log_metrics
@wiring.answers_visitors(forms.show_problem)
def handler(request: Request, context: Any) -> Response:
    if request.route == "GET /form" and not wiring.form_is_open():
        return forms.closed(request)
    draw = DRAWN_FOR_SCRIPT.get(request.query.get("mode", "")) if request.route == "GET /form" else None
    if draw:
        return cacheable(request, draw(request), "text/html; charset=utf-8", MAX_AGE, VARY)
    if request.route == "GET /form":
        return forms.view(request, forms.first_view(request, forms.blank(request, guard.token())))
    view = draw_form(forms.read(request), rulebook)
    if view.kind == "emergency":
        metrics.add_metric("emergency_advice_shown", MetricUnit.Count, 1)
    return forms.view(request, view)
