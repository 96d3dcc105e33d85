"""Parses and checks the requests of an API Gateway HTTP API (payload format 2.0)."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from shared.domain.errors import FieldProblem, InvalidInput, LeadIntakeError, NotFound
from shared.domain.intake.language import primary_language
from shared.http import form_body, negotiation

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

    from shared.domain.intake.attribution import Fields
    from shared.domain.leads.staff import Staff

    M = TypeVar("M", bound=BaseModel)

# the path to the request id in an event
REQUEST_ID = "requestContext.requestId"
NOT_AN_EVENT = "Not an API Gateway HTTP API event."
MAX_BODY = 64 * 1024  # bytes
HTML, JSON = "text/html", "application/json"
HEADERS = (  # the headers that the service reads; API Gateway sends names in lower case
    "accept",
    "accept-encoding",
    "accept-language",
    "content-type",
    "host",
    "hx-request",
    "if-none-match",
    "referer",
    "x-forwarded-proto",
)
REST = "proxy"  # name of the catch-all route's path parameter
HEAD = re.compile(r"^HEAD\b")
HOST = r"[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?"
SAFE_NAME = r"[a-z][a-z0-9_-]{0,39}"
OWN_ERROR_TYPES = ("answer", "phone", "email", "unreachable")  # types of the errors that our own validators raise
SENTENCES = {
    "missing": "This field is required.",
    "extra_forbidden": "This field is unknown.",
    "string_type": "Enter text.",
    "model_type": "Enter an object.",
    "dict_type": "Enter an object.",
    "string_too_long": "This text is too long.",
    "string_too_short": "This text is empty.",
    "string_pattern_mismatch": "This is not in the expected format.",
    "uuid_parsing": "Enter a UUID.",
    "uuid_type": "Enter a UUID.",
    "bool_type": "Enter true or false.",
    "literal_error": "This option is not on the list.",
    "too_long": "There are too many entries.",
    "json_invalid": "This is not valid JSON.",
}


class UnreadableRequest(LeadIntakeError):
    """Raised if a request cannot be parsed, is too large, has an unsuitable media type, or lacks a required sign-in."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True)
class Request:
    """An HTTP request.

    id: API Gateway's id of the request; the response has it in the header apigw-requestid.
    method: the HTTP method. HEAD is treated as "GET", because API Gateway drops the body of its response.
    route: the API's route key, such as "GET /leads/{reference}".
    path: the path as the client sent it; it may begin with the name of an API Gateway stage.
    query: API Gateway joins repeated parameters with commas.
    headers: only those in HEADERS.
    text: the body as API Gateway passes it on.
    is_base64: whether `text` is base64.
    source_address, user_agent: IP address and browser, from API Gateway rather than from headers.
    domain: the API's domain name, from API Gateway.
    claims: claims of signed-in staff, verified by API Gateway; empty for everyone else.
    """

    id: str
    method: str
    route: str
    path: str
    path_parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    text: str | None = field(repr=False)
    is_base64: bool
    source_address: str
    user_agent: str
    domain: str
    claims: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, event: object) -> Request:
        if not isinstance(event, dict) or not _is_request(event):
            raise UnreadableRequest(HTTPStatus.BAD_REQUEST, NOT_AN_EVENT)
        context, headers = event["requestContext"], event.get("headers") or {}
        http = context["http"]
        return cls(
            id=str(context.get("requestId", "")),
            method=HEAD.sub("GET", str(http.get("method", ""))),
            route=HEAD.sub("GET", str(event.get("routeKey", ""))),
            path=str(event.get("rawPath", "/")),
            path_parameters=event.get("pathParameters") or {},
            query=event.get("queryStringParameters") or {},
            headers={name: headers[name] for name in HEADERS if name in headers},
            text=event.get("body"),
            is_base64=bool(event.get("isBase64Encoded")),
            source_address=str(http.get("sourceIp", "")),
            user_agent=str(http.get("userAgent", "")),
            domain=str(context.get("domainName", "")),
            claims=_claims(context),
        )

    def parameter(self, name: str) -> str:
        return self.path_parameters.get(name, "")

    def uuid_parameter(self, name: str) -> UUID:
        """Raises NotFound if the parameter is not a UUID."""
        try:
            return UUID(self.parameter(name))
        except ValueError:
            raise NotFound from None

    def query_as(self, model: type[M]) -> M:
        return checked(self.query, model)

    @property
    def depth(self) -> int:
        """The number of segments of the path, without the name of an API Gateway stage."""
        return self.route.count("/") + self.parameter(REST).count("/")

    @property
    def own_address(self) -> str:
        """The base address of the service as this client called it, with a trailing slash."""
        path = "/".join(self.path.split("/")[: -self.depth])
        scheme = "https" if self.header("x-forwarded-proto") == "https" else "http"
        host = self.header("host")
        if not re.fullmatch(HOST, host):
            host = self.domain
        return f"{scheme}://{host}{path.rstrip('/')}/"

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    def language(self, offered: Iterable[str] = ()) -> str:
        """Returns the preferred language, from the query parameter `language` or else Accept-Language.

        offered: the languages to choose from, by default any. Returns "" if the client accepts none of them.
        """
        asked = self.query.get("language", "")
        wanted = [primary_language(asked)] if asked else negotiation.languages(self.header("accept-language"))
        known = set(offered)
        return next((tag for tag in wanted if tag in known or not known), "")

    def accepted(self, media_types: Sequence[str]) -> str:
        """Raises UnreadableRequest (406) if the client accepts none of them."""
        chosen = negotiation.preferred(self.headers.get("accept"), media_types)
        if chosen is None:
            raise UnreadableRequest(HTTPStatus.NOT_ACCEPTABLE, f"Accept one of: {', '.join(media_types)}.")
        return chosen

    @property
    def wants_page(self) -> bool:
        """Whether to respond with a page instead of JSON.

        If the client accepts both equally, a GET or a form gets a page.
        """
        if self.content_type == JSON:
            return False
        offers = (HTML, JSON) if self.method == "GET" or self.sends_form else (JSON, HTML)
        return negotiation.preferred(self.header("accept"), offers) == HTML

    @property
    def staff(self) -> Staff:
        """Raises UnreadableRequest (401) if the request has no claims."""
        from shared.domain.leads.staff import Staff  # noqa: PLC0415  functions for visitors never load it

        if not self.claims.get("sub"):
            raise UnreadableRequest(HTTPStatus.UNAUTHORIZED, "Sign in.")
        listed = str(self.claims.get("cognito:groups", ""))  # such as "[clinician desk]"; no group's name has a space
        groups = listed.removeprefix("[").removesuffix("]").split(" ")
        return Staff(str(self.claims["sub"]), str(self.claims.get("username", "")), frozenset(groups))

    @property
    def content_type(self) -> str:
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def sends_form(self) -> bool:
        return self.content_type in form_body.MEDIA_TYPES

    @cached_property
    def body(self) -> bytes:
        """Returns the decoded body, without a byte order mark. Raises UnreadableRequest."""
        text = self.text or ""
        if len(text) > MAX_BODY * 4 // 3 + 4:
            raise UnreadableRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Send at most 64 KB.")
        if self.is_base64:
            try:
                content = base64.b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                raise UnreadableRequest(HTTPStatus.BAD_REQUEST, "The body is not valid base64.") from None
        else:
            content = text.encode(errors="surrogatepass")
        if len(content) > MAX_BODY:
            raise UnreadableRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Send at most 64 KB.")
        return content.removeprefix(codecs.BOM_UTF8)

    @cached_property
    def form_fields(self) -> Fields:
        """Raises UnreadableRequest if the body is no HTML form."""
        if not self.sends_form:
            raise UnreadableRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the form the way a browser does.")
        content = self.body
        try:
            return form_body.read_fields(content, self.header("content-type"))
        except ValueError:
            raise UnreadableRequest(HTTPStatus.BAD_REQUEST, "The form could not be read.") from None

    def read(self, model: type[M]) -> M:
        """Raises UnreadableRequest or InvalidInput. Problems never quote the value."""
        from pydantic import ValidationError  # the model has already loaded it  # noqa: PLC0415

        if self.content_type != JSON:
            raise UnreadableRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON with content type application/json.")
        try:
            return model.model_validate_json(form_body.as_utf8(self.body, self.header("content-type")))
        except ValidationError as error:
            raise InvalidInput(_problems(error)) from None


def checked(values: Mapping[str, Any], model: type[M]) -> M:
    from pydantic import ValidationError  # noqa: PLC0415  the model has already loaded it

    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(_problems(error)) from None


def _is_request(event: Mapping[str, Any]) -> bool:
    """Returns whether the event has the fields and types of an API Gateway request."""
    context, body = event.get("requestContext"), event.get("body")
    return (
        isinstance(context, dict)
        and isinstance(context.get("http"), dict)
        and (body is None or isinstance(body, str))
        and all(_all_text(event.get(part)) for part in ("headers", "queryStringParameters", "pathParameters"))
    )


def _all_text(values: object) -> bool:
    """Returns whether all values are text without lone surrogates, which cannot be encoded as UTF-8."""
    if not isinstance(values, dict):
        return values is None
    try:
        "".join(values.values()).encode()
    except (TypeError, UnicodeEncodeError):  # TypeError: a value is not text
        return False
    return True


def _claims(context: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = context
    for part in ("authorizer", "jwt", "claims"):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _problems(error: ValidationError) -> tuple[FieldProblem, ...]:
    """Returns one problem per invalid field, in our own words, because pydantic's texts can quote the value."""
    found: dict[str, str] = {}
    for entry in error.errors(include_url=False, include_context=False, include_input=False):
        kind = entry["type"]
        sentence = entry["msg"] if kind in OWN_ERROR_TYPES else SENTENCES.get(kind, "This value is invalid.")
        found.setdefault(_pointer(entry["loc"]), sentence)
    return tuple(FieldProblem(pointer, detail) for pointer, detail in found.items())


def _pointer(location: tuple[int | str, ...]) -> str:
    """Returns a JSON pointer with at most two names. It ends before a name that cannot be one of our fields."""
    parts = []
    for part in location[:2]:
        if not isinstance(part, str) or re.fullmatch(SAFE_NAME, part) is None:
            break
        parts.append(part)
    return "".join(f"/{part}" for part in parts)
