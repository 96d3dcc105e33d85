"""GET / and GET /web/{file}: the hosted form and its files. GET /inbox and GET /inbox/{file}: the staff inbox."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.web_files import FOLDER, WebFiles
from shared.http import api
from shared.rulebook.loading import load
from shared.rulebook.notices import notices
from shared.rulebook.words import words
from shared.settings import ClinicSettings, SignInSettings
from shared.usecases.pages import home_page, show_page

MAX_AGE = 60  # seconds
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "vary": "accept-language",
}

logger = Logger()
rulebook = load()
clinic = ClinicSettings.from_environment()
safety = api.Safety(rulebook.emergency_advice_in, words, clinic.phone)
files = WebFiles(lambda language: {**clinic.words(), **notices(rulebook, language)})
sign_in = SignInSettings.from_environment()
inbox = WebFiles(lambda _language: {**clinic.words(), **sign_in.words()}, FOLDER / "inbox")
INBOX_HEADERS = HEADERS | {  # its script also asks the sign-in service for a token
    "content-security-policy": POLICY.replace("connect-src 'self'", f"connect-src 'self' {sign_in.address}".rstrip()),
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@api.answers_problems(safety, logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    if str(event.get("routeKey")).startswith("GET /inbox"):
        file = show_page(api.path_parameter(event, "file") or "index.html", inbox)
        return api.cacheable(event, file.content, file.media_type, MAX_AGE, INBOX_HEADERS)
    name = api.path_parameter(event, "file") or home_page(api.language(event, files.languages("index.html")))
    file = show_page(name, files)
    return api.cacheable(event, file.content, file.media_type, MAX_AGE, HEADERS)
