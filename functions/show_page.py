"""GET / and GET /web/{file} serve the landing page. GET /inbox and GET /inbox/{file} serve the staff inbox.

GET /{proxy+} redirects an address with a final slash, and otherwise shows the "not found" page.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from functions import wiring
from functions.wiring import logger
from shared.adapters.web_files import FOLDER, WebFiles
from shared.domain.errors import NotFound
from shared.http.landing_page import LandingPage, about_clinic
from shared.http.requests import REQUEST_ID, REST, Request
from shared.http.responses import SECURITY, Response, cacheable
from shared.settings import SignInSettings, opening_hours, pilot_without_approval, site_address

MAX_AGE = 60  # seconds
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {"vary": "accept-language", "content-security-policy": POLICY, "referrer-policy": "no-referrer"}
# PAGE_HEADERS have no effect on files of these media types, which are the same in every language.
WITHOUT_PAGE_HEADERS = ("text/css", "text/javascript")

clinic = wiring.clinic()
landing = LandingPage(
    clinic,
    about_clinic(),
    opening_hours(),
    wiring.rulebook(),
    wiring.form_is_open(),
    pilot_without_approval(),
    site_address(),
)
files = WebFiles(landing.placeholders)
sign_in = SignInSettings.from_environment()
inbox = WebFiles(lambda _language: {**clinic.words(), **sign_in.words()}, FOLDER / "inbox")
INBOX_HEADERS = PAGE_HEADERS | {  # the inbox's script may also connect to the sign-in service
    "content-security-policy": POLICY.replace("connect-src 'self'", f"connect-src 'self' {sign_in.address}".rstrip()),
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


def show_problem(request: Request, error: Exception) -> Response | None:
    return wiring.plain_forms().show_problem(request, error) if request.parameter(REST) else None


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_visitors(show_problem)
def handler(request: Request, context: Any) -> Response:
    if request.parameter(REST):
        return without_slash(request)
    if request.route.startswith("GET /inbox"):
        file = inbox.get(request.parameter("file") or "index.html")
        return cacheable(request, file.content, file.media_type, MAX_AGE, INBOX_HEADERS)
    file = files.get(request.parameter("file") or home_page(request.language(landing.languages)))
    headers = {} if file.media_type.startswith(WITHOUT_PAGE_HEADERS) else PAGE_HEADERS
    return cacheable(request, file.content, file.media_type, MAX_AGE, headers)


def home_page(language: str) -> str:
    return landing.file if language in ("", "en") else landing.file.replace(".html", f".{language}.html")


def without_slash(request: Request) -> Response:
    """Raises NotFound for an address without a final slash."""
    path = request.parameter(REST)
    name = path.rstrip("/").rpartition("/")[2]
    if not path.endswith("/") or not name:
        raise NotFound
    location = "../" * (len(path) - len(path.rstrip("/"))) + quote(name)
    query = f"?{urlencode(request.query)}" if request.query else ""
    headers = {"location": location + query, "cache-control": "no-store", **SECURITY}
    return {"statusCode": int(HTTPStatus.PERMANENT_REDIRECT), "headers": headers, "body": ""}
