"""Revokes a consent. Only operators with IAM credentials can invoke this function (docs/privacy.md)."""

from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.domain.errors import NotFound
from shared.domain.leads.consent import Revocation
from shared.http.requests import checked
from shared.usecases.capture import revoke_consent

leads = wiring.leads_table()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, object]:
    """Revokes the consent that the payload names.

    Fails if the payload is invalid, the lead does not exist, or others changed the lead at the same time.
    """
    revocation = checked(event, Revocation)
    try:
        lead = revoke_consent(revocation, leads, wiring.now())
    except NotFound:
        raise NotFound("No lead has this lead_id.") from None  # the operator sees only this text
    logger.info("consent revoked", extra={"reference": lead.reference, "consent": revocation.consent})
    return {"reference": lead.reference, "consent": revocation.consent, "given": lead.consents_to(revocation.consent)}
