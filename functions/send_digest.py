"""Every open day at opening: how many leads wait, and how quickly they were taken."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.aws import UNHURRIED, client
from shared.adapters.dynamodb import LeadsTable
from shared.adapters.sns import AlertTopic
from shared.settings import AlertSettings, TableSettings, opening_hours
from shared.usecases.watching import Digesting, send_digest

logger = Logger()
table = TableSettings.from_environment()
alerts = AlertSettings.from_environment()
digesting = Digesting(
    LeadsTable(client("dynamodb", UNHURRIED), table.leads_table, table.index_shards),
    AlertTopic(client("sns", UNHURRIED), alerts.topic_arn),
    opening_hours(),
    alerts.staff_link.partition("#")[0],
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    digest = send_digest(digesting, datetime.now(UTC))
    return {"sent": digest is not None}
