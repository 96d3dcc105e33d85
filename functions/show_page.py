"""GET / and GET /web/{file}: the hosted form and its files."""

from typing import Any

from aws_lambda_powertools import Logger

from shared import api, usecases
from shared.adapters.web_files import WebFiles
from shared.rulebook.loading import load
from shared.rulebook.notices import notices
from shared.rulebook.words import words
from shared.settings import ClinicSettings

MAX_AGE = 60  # seconds
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "vary": "accept-language",
}

logger = Logger()
rulebook = load()
clinic = ClinicSettings.from_environment()
safety = api.Safety(rulebook.emergency_advice_in, words, clinic.phone)
files = WebFiles(lambda language: {**clinic.words(), **notices(rulebook, language)})


@logger.inject_lambda_context
@api.answers_problems(safety, logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    name = api.path_parameter(event, "file") or usecases.home_page(api.language(event, files.languages("index.html")))
    file = usecases.show_page(name, files)
    return api.cacheable(event, file.content, file.media_type, MAX_AGE, HEADERS)
