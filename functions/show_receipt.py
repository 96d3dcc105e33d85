"""GET /received/{submission_id}: shows the receipt page of the plain form, which is available for an hour."""

from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response
from shared.settings import return_origins
from shared.usecases.capture import show_receipt

leads = wiring.leads_table()
steps = wiring.next_steps()
forms = wiring.plain_forms(return_origins=return_origins())


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_visitors(forms.show_problem)
def handler(request: Request, context: Any) -> Response:
    lead = show_receipt(request.uuid_parameter("submission_id"), leads, wiring.now())
    shown = steps.write(lead, lead.receipt.received_at)
    return forms.receipt_of(request, lead, steps.with_number(shown, lead, whole=False))
