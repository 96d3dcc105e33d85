"""Called by operators (IAM), not from outside: a person took a consent back. The command is in docs/privacy.md."""

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
    """Fails the invocation when the payload does not fit, there is no such lead, or it changed just now: then call
    again."""
    revocation = checked(event, Revocation)
    try:
        lead = revoke_consent(revocation, leads, wiring.now())
    except NotFound:
        raise NotFound("No lead has this lead_id.") from None  # the caller sees the text, and no status
    logger.info("consent revoked", extra={"reference": lead.reference, "consent": revocation.consent})
    return {"reference": lead.reference, "consent": revocation.consent, "given": lead.consents_to(revocation.consent)}
