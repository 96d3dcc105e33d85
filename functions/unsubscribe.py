"""GET /unsubscribe/{token}: shows a button that stops all mail to an address. POST stops the mail.

Mail programs with their own unsubscribe button also send the POST (RFC 8058).
"""

from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.domain.leads.lead import reference_of
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response
from shared.usecases.mailing import unsubscribe

ending = wiring.ending_mails()
links = wiring.unsubscribe_links()
forms = wiring.plain_forms()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_visitors(forms.show_problem)
def handler(request: Request, context: Any) -> Response:
    wanted = links.read(request.parameter("token"))
    if request.method == "POST":
        unsubscribe(wanted.lead_id, wanted.address_key, ending, wiring.now())
        reference = reference_of(wanted.lead_id)
        logger.info("unsubscribed", extra={"reference": reference, "lead_id": str(wanted.lead_id)})
    return forms.unsubscribing(request, done=request.method == "POST")
