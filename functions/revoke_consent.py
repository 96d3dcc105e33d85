"""Called by operators (IAM), not from outside: a person took a consent back. The command is in docs/privacy.md."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import LeadsTable
from shared.domain.errors import NotFound
from shared.domain.leads.consent import Revocation
from shared.http import api
from shared.settings import TableSettings
from shared.usecases.capture import revoke_consent

logger = Logger()
table = TableSettings.from_environment()
leads = LeadsTable(client("dynamodb", PATIENT_FACING), table.leads_table, table.index_shards)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, object]:
    """Fails the invocation when the payload does not fit, there is no such lead, or it changed just now: then call
    again."""
    revocation = api.checked(event, Revocation)
    try:
        lead = revoke_consent(revocation, leads, datetime.now(UTC))
    except NotFound:
        raise NotFound("No lead has this lead_id.") from None  # the caller sees the text, and no status
    logger.info("consent revoked", extra={"reference": lead.reference, "consent": revocation.consent})
    return {"reference": lead.reference, "consent": revocation.consent, "given": lead.consents_to(revocation.consent)}
