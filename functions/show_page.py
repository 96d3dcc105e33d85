"""GET / and GET /web/{file}: the hosted form and its files."""

from typing import Any

from aws_lambda_powertools import Logger

from shared import api, usecases
from shared.adapters.web_files import WebFiles
from shared.rulebook.loading import load
from shared.settings import ClinicSettings

MAX_AGE = 60  # seconds
SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "strict-origin-when-cross-origin",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}

logger = Logger()
rulebook = load()
clinic = ClinicSettings.from_environment()
safety = api.Safety(rulebook.emergency_advice, clinic.phone)
files = WebFiles(usecases.page_words(rulebook.emergency_advice, rulebook.approval_notice, clinic.name, clinic.phone))


@logger.inject_lambda_context
@api.answers_problems(safety, logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    file = usecases.show_page(api.path_parameter(event, "file") or "index.html", files)
    return api.cacheable(event, file.content, file.media_type, MAX_AGE, SECURITY_HEADERS)
