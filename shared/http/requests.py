"""A request of an API Gateway HTTP API (payload 2.0), checked and read once, at the door."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from shared.domain.errors import FieldProblem, InvalidInput, LeadIntakeError, NotFound
from shared.domain.leads.staff import Staff
from shared.http import form_body, negotiation

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

    from shared.domain.intake.attribution import Fields

    M = TypeVar("M", bound=BaseModel)

REQUEST_ID = "requestContext.requestId"  # in an event; the answer's header apigw-requestid says it too
NOT_AN_EVENT = "Not an API Gateway HTTP API event."
MAX_BODY = 64 * 1024  # bytes
HTML, JSON = "text/html", "application/json"
HEADERS = (  # the ones that are read here; API Gateway gives names in lower case
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
HOST = r"[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?"
SAFE_NAME = r"[a-z][a-z0-9_-]{0,39}"
OWN_KINDS = ("answer", "control_character", "phone", "email", "unreachable")  # their sentences are ours
SENTENCES = {
    "missing": "This field is required.",
    "extra_forbidden": "This field is unknown.",
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
    """The request cannot be read at all."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True)
class Request:
    """What a function is asked.

    method: as GET.
    route: the API's route key, as "GET /leads/{reference}".
    path: as the client sent it, in front of the route perhaps a stage.
    query: the first or joined value of each parameter.
    headers: those of HEADERS that were sent.
    text: the body as API Gateway hands it over, None without one; `is_base64`: encoded so.
    source_address, user_agent: as API Gateway itself saw them, since headers can claim anything.
    domain: of the API, as API Gateway knows it.
    claims: of a signed-in member of staff, verified by API Gateway; empty for everybody else.
    """

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
        """Raises UnreadableRequest for another service's event, or an operator's mistake."""
        if not isinstance(event, dict) or not _is_request(event):
            raise UnreadableRequest(HTTPStatus.BAD_REQUEST, NOT_AN_EVENT)
        context, headers = event["requestContext"], event.get("headers") or {}
        http = context["http"]
        return cls(
            method=str(http.get("method", "")),
            route=str(event.get("routeKey", "")),
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

    # --- the address ---

    def parameter(self, name: str) -> str:
        """A part of the path; "" where the route has none of that name."""
        return self.path_parameters.get(name, "")

    def uuid_parameter(self, name: str) -> UUID:
        """Raises NotFound."""
        try:
            return UUID(self.parameter(name))
        except ValueError:
            raise NotFound from None

    def query_as(self, model: type[M]) -> M:
        """The query's parameters as a value. Raises InvalidInput like `read`."""
        return checked(self.query, model)

    @property
    def own_address(self) -> str:
        """The address that the service's paths are appended to, as this client called it."""
        depth = self.route.count("/")  # the route's parts are the last of the path's, whatever they say
        path = "/".join(self.path.split("/")[:-depth])
        scheme = "https" if self.header("x-forwarded-proto") == "https" else "http"
        host = self.header("host")
        if not re.fullmatch(HOST, host):
            host = self.domain
        return f"{scheme}://{host}{path.rstrip('/')}/"

    # --- what the client wants ---

    def header(self, name: str) -> str:
        """One of HEADERS; "" when it was not sent."""
        return self.headers.get(name, "")

    def language(self, offered: Iterable[str] = ()) -> str:
        """The language wanted, by the query or else by Accept-Language (RFC 9110, quality values obeyed).

        With `offered`, the best of those, or "" when none is wanted; without, the one wanted most.
        """
        asked = self.query.get("language", "")
        wanted = [asked.lower()] if asked else negotiation.languages(self.header("accept-language"))
        known = set(offered)
        return next((tag for tag in wanted if tag in known or not known), "")

    def accepted(self, media_types: Sequence[str]) -> str:
        """The one of these media types that the client likes best. Raises UnreadableRequest when it takes none."""
        chosen = negotiation.preferred(self.headers.get("accept"), media_types)
        if chosen is None:
            raise UnreadableRequest(HTTPStatus.NOT_ACCEPTABLE, f"Accept one of: {', '.join(media_types)}.")
        return chosen

    @property
    def wants_page(self) -> bool:
        """A form is answered with a page and JSON with JSON, unless the client asks for the other."""
        if self.content_type == JSON:
            return False
        offers = (HTML, JSON) if self.method == "GET" or self.sends_form else (JSON, HTML)
        return negotiation.preferred(self.header("accept"), offers) == HTML

    # --- who asks ---

    @property
    def staff(self) -> Staff:
        """Raises UnreadableRequest (401) without claims: then the route lacks its authorizer, and nobody gets in."""
        if not self.claims.get("sub"):
            raise UnreadableRequest(HTTPStatus.UNAUTHORIZED, "Sign in.")
        groups = re.split(r"[\s,]+", str(self.claims.get("cognito:groups", "")).strip("[]"))  # "[clinician desk]"
        return Staff(str(self.claims["sub"]), str(self.claims.get("username", "")), frozenset(filter(None, groups)))

    # --- the body ---

    @property
    def content_type(self) -> str:
        """Without parameters, in lower case."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def sends_form(self) -> bool:
        return self.content_type in form_body.MEDIA_TYPES

    @cached_property
    def body(self) -> bytes:
        """Raises UnreadableRequest."""
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
        return content

    @cached_property
    def form_fields(self) -> Fields:
        """The fields of a plain HTML form. Raises UnreadableRequest."""
        if not self.sends_form:
            raise UnreadableRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the form the way a browser does.")
        content = self.body
        try:
            return form_body.read_fields(content, self.header("content-type"))
        except ValueError:
            raise UnreadableRequest(HTTPStatus.BAD_REQUEST, "The form could not be read.") from None

    def read(self, model: type[M]) -> M:
        """The JSON body as a value.

        Raises UnreadableRequest, or InvalidInput with one problem for each field, never a value.
        """
        from pydantic import ValidationError  # with the model it is there already  # noqa: PLC0415

        if self.content_type != JSON:
            raise UnreadableRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON with content type application/json.")
        try:
            return model.model_validate_json(self.body)
        except ValidationError as error:
            raise InvalidInput(_problems(error)) from None


def checked(values: Mapping[str, Any], model: type[M]) -> M:
    """Values that did not come as JSON. Raises InvalidInput like `Request.read`."""
    from pydantic import ValidationError  # noqa: PLC0415  as above

    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(_problems(error)) from None


def _is_request(event: Mapping[str, Any]) -> bool:
    """Whether everything is of the kind that API Gateway sends, so that nothing after this has to ask."""
    context, body = event.get("requestContext"), event.get("body")
    return (
        isinstance(context, dict)
        and isinstance(context.get("http"), dict)
        and (body is None or isinstance(body, str))
        and all(_texts(event.get(part)) for part in ("headers", "queryStringParameters", "pathParameters"))
    )


def _texts(values: object) -> bool:
    return values is None or (isinstance(values, dict) and all(map(_is_text, values.values())))


def _is_text(value: object) -> bool:
    """Lone surrogates cannot be encoded as UTF-8, so reject them."""
    try:
        return isinstance(value, str) and (value.isascii() or bool(value.encode()))
    except UnicodeEncodeError:
        return False


def _claims(context: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = context
    for part in ("authorizer", "jwt", "claims"):  # another kind of authorizer says other things, and lets nobody in
        found = found.get(part) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _problems(error: ValidationError) -> tuple[FieldProblem, ...]:
    """One entry for each field. Sentences are ours: pydantic's can quote the value."""
    found: dict[str, str] = {}
    for entry in error.errors(include_url=False, include_context=False, include_input=False):
        kind = entry["type"]
        sentence = entry["msg"] if kind in OWN_KINDS else SENTENCES.get(kind, "This value is invalid.")
        found.setdefault(_pointer(entry["loc"]), sentence)
    return tuple(FieldProblem(pointer, detail) for pointer, detail in found.items())


def _pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer, two levels deep at most; a name that does not look like one of ours is left out."""
    parts = []
    for part in location[:2]:
        if not isinstance(part, str) or re.fullmatch(SAFE_NAME, part) is None:
            break
        parts.append(part)
    return "".join(f"/{part}" for part in parts)
