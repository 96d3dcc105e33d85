"""GET /received/{submission_id}: what a visitor without JavaScript sees after sending, for an hour."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import LeadsTable
from shared.http import api
from shared.http.plain_forms import PlainForms
from shared.rulebook.loading import load
from shared.rulebook.words import words
from shared.settings import ClinicSettings, TableSettings, return_origins
from shared.usecases.capture import show_receipt

logger = Logger()
rulebook = load()
table = TableSettings.from_environment()
leads = LeadsTable(client("dynamodb", PATIENT_FACING), table.leads_table, table.index_shards)
clinic = ClinicSettings.from_environment()
safety = api.Safety(rulebook.emergency_advice_in, words, clinic.phone)
forms = PlainForms(rulebook, safety, clinic, return_origins=return_origins())


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@api.answers_problems(safety, logger.error, forms.show_problem)
def handler(event: api.Event, context: Any) -> api.Response:
    lead = show_receipt(api.uuid_parameter(event, "submission_id"), leads, datetime.now(UTC))
    return forms.receipt(event, lead.receipt, lead.submitted.language, forms.return_link(event))
