"""GET /received/{submission_id}: shows the receipt of the plain form, for an hour after Send.

POST /stops counts a visitor who leaves the form.
"""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.http.visitor_responses import Taken
from shared.settings import opening_hours, return_origins
from shared.usecases.capture import show_receipt

leads = wiring.leads_table()
steps = wiring.next_steps()
forms = wiring.plain_forms(return_origins=return_origins())


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_visitors(forms.show_problem)
def handler(request: Request, context: Any) -> Response:
    if request.route == "POST /stops":
        return count(request)
    lead = show_receipt(request.uuid_parameter("submission_id"), leads, wiring.now())
    shown = steps.write(lead, lead.receipt.received_at)
    return forms.receipt_of(request, lead, steps.with_number(shown, lead, whole=False))


def count(request: Request) -> Response:
    from shared.domain.intake.stop import Stop  # noqa: PLC0415  a receipt needs none of this
    from shared.usecases.stops import count_stop  # noqa: PLC0415

    count_stop(request.read(Stop), wiring.rulebook(), wiring.stop_counts(), opening_hours().zone, wiring.now())
    return respond(HTTPStatus.OK, Taken())
