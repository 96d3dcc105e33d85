"""Sends the manager a digest on each day on which the clinic opens.

The function runs every day at the hour in the template parameter DigestHour.
"""

from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.usecases.digest import send_digest

digesting = wiring.digesting()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    digest = send_digest(digesting, wiring.now())
    return {"sent": digest is not None}
