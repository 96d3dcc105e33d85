"""GET and POST /form: the form page by page, for browsers without JavaScript. Stores nothing."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.adapters.form_guard import FormGuard
from shared.http import api
from shared.http.plain_forms import PlainForms
from shared.rulebook.loading import load
from shared.rulebook.words import words
from shared.settings import ClinicSettings, form_key
from shared.usecases.screening import draw_form

logger = Logger()
metrics = Metrics()
rulebook = load()
guard = FormGuard(form_key())
clinic = ClinicSettings.from_environment()
safety = api.Safety(rulebook.emergency_advice_in, words, clinic.phone)
forms = PlainForms(rulebook, safety, clinic)


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@metrics.log_metrics
@api.answers_problems(safety, logger.error, forms.show_problem)
def handler(event: api.Event, context: Any) -> api.Response:
    if event.get("routeKey") == "GET /form":
        return forms.view(event, forms.first_view(event, forms.blank(event, guard.token())))
    view = draw_form(forms.read(event), rulebook)
    if view.kind == "emergency":
        metrics.add_metric("emergency_advice_shown", MetricUnit.Count, 1)
    return forms.view(event, view)
