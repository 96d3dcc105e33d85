"""GET /rota: returns the rota and who is on call. PUT /rota: saves the rota if nobody changed it meanwhile."""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.domain.leads.rota import RotaChange
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.http.rota_responses import RotaShown
from shared.settings import opening_hours
from shared.usecases.rota import save_rota, show_rota

rotas, colleagues, hours = wiring.rotas(), wiring.colleagues(), opening_hours()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    staff, at = request.staff, wiring.now()
    if request.method == "PUT":
        shown = save_rota(request.read(RotaChange), staff, rotas, colleagues, hours, at)
        logger.info("rota saved")
    else:
        shown = show_rota(staff, rotas, hours, at)
    return respond(HTTPStatus.OK, RotaShown.of(shown, hours.zone.key))
