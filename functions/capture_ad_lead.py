"""POST /intake/google-ads: stores a submission of the ad network's lead form as a lead."""

from http import HTTPStatus
from typing import Any

from functions import telemetry, wiring
from functions.wiring import logger, metrics
from shared.domain.intake.ad_lead import AdKey, AdLead
from shared.domain.leads.consent import Visit
from shared.domain.leads.lead import GOOGLE_ADS, Arrival
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.http.visitor_responses import Taken
from shared.settings import ads_key, ads_questionnaire
from shared.usecases.ad_leads import admit_ad_network, capture_ad_lead

key = ads_key()
intake = wiring.intake()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@metrics.log_metrics
@wiring.answers_visitors()
def handler(request: Request, context: Any) -> Response:
    visit = Visit(request.source_address, request.user_agent)
    arrival = Arrival(wiring.now(), visit, frozenset(), GOOGLE_ADS, "the lead form of the ad network")
    shown = request.read(AdKey)
    admit_ad_network(shown, key)
    if shown.is_test:  # the ad network tests the URL and the key, with sample values in the other fields
        return respond(HTTPStatus.OK, Taken())
    captured = capture_ad_lead(request.read(AdLead), arrival, intake, ads_questionnaire())
    if captured.counted:
        telemetry.capture(captured)
    # Always 200, because the ad network repeats a request after any other status, and a spooled lead is safe too.
    return respond(HTTPStatus.OK, Taken())
