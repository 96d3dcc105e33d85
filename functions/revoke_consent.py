"""Revokes a consent. Operators invoke this function with IAM credentials; it has no public route.

The command is in docs/privacy.md.
"""

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

    The invocation fails if the payload is invalid or the lead does not exist. It also fails if the lead was changed at
    the same time. In this case, invoke the function again.
    """
    revocation = checked(event, Revocation)
    try:
        lead = revoke_consent(revocation, leads, wiring.now())
    except NotFound:
        raise NotFound("No lead has this lead_id.") from None  # the operator sees only this text
    logger.info("consent revoked", extra={"reference": lead.reference, "consent": revocation.consent})
    return {"reference": lead.reference, "consent": revocation.consent, "given": lead.consents_to(revocation.consent)}
