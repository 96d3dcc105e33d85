"""API Gateway (HTTP API, payload 2.0) on one side, values on the other. Only here does an error become a status."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import re
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from shared.domain.errors import (
    AlreadyTaken,
    FieldProblem,
    Forbidden,
    InvalidInput,
    LeadIntakeError,
    NotAllowed,
    NotFound,
    ReceiptUnavailable,
    ScoringFailed,
    StoreUnavailable,
    SubmissionConflict,
    WrongState,
    cause_of,
)
from shared.domain.leads.consent import Visit
from shared.domain.leads.staff import Staff
from shared.http import negotiation

M = TypeVar("M", bound=BaseModel)
Event = Mapping[str, Any]
Response = dict[str, Any]
Handler = Callable[[Event, Any], Response]

REQUEST_ID = "requestContext.requestId"  # in an event; the answer's header apigw-requestid says it too
MAX_BODY = 64 * 1024  # bytes
RETRY_AFTER = 5  # seconds
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
SECURITY = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}
NO_REQUEST = "This is no request of an HTTP API."
SAFE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
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


@dataclass(frozen=True, slots=True)
class Safety:
    """What every error answer carries, so that a patient is never left with an error alone.

    Both functions take a language: one gives the advice, the other the words for our own sentences.
    """

    emergency_advice: Callable[[str], str]
    words: Callable[[str], Mapping[str, str]]
    clinic_phone: str


def read(event: Event, model: type[M]) -> M:
    """The body as a value. Raises UnreadableRequest, or InvalidInput with one problem for each field, never a value."""
    content_type = ((event.get("headers") or {}).get("content-type") or "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise UnreadableRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON with content type application/json.")
    try:
        return model.model_validate_json(body(event))
    except ValidationError as error:
        raise InvalidInput(_problems(error)) from None


def checked(values: Mapping[str, Any], model: type[M]) -> M:
    """Values that did not come as JSON. Raises InvalidInput like `read`."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(_problems(error)) from None


def is_request(event: object) -> bool:
    """Whether this is what an HTTP API sends (payload 2.0), so that nothing here has to ask for the kind of a value.
    Another service's event, or an operator's mistake, is not."""
    if not isinstance(event, dict):
        return False
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
    """Half a surrogate pair is no text: it could be written nowhere."""
    try:
        return isinstance(value, str) and (value.isascii() or bool(value.encode()))
    except UnicodeEncodeError:
        return False


def visit(event: Event) -> Visit:
    """Only what API Gateway itself saw: headers can claim anything."""
    http = event.get("requestContext", {}).get("http", {})
    return Visit(str(http.get("sourceIp", "")), str(http.get("userAgent", "")))


def staff(event: Event) -> Staff:
    """Who is signed in, by the claims that API Gateway has verified. Raises UnreadableRequest (401) without any: then
    the route lacks its authorizer, and nobody gets in."""
    claims: Any = event.get("requestContext", {})
    for part in ("authorizer", "jwt", "claims"):  # another kind of authorizer says other things, and lets nobody in
        claims = claims.get(part) if isinstance(claims, Mapping) else None
    if not isinstance(claims, Mapping) or not claims.get("sub"):
        raise UnreadableRequest(HTTPStatus.UNAUTHORIZED, "Sign in.")
    groups = re.split(r"[\s,]+", str(claims.get("cognito:groups", "")).strip("[]"))  # "[clinician desk]"
    return Staff(str(claims["sub"]), str(claims.get("username", "")), frozenset(filter(None, groups)))


def query(event: Event, model: type[M]) -> M:
    """The query's parameters as a value. Raises InvalidInput like `read`."""
    return checked(event.get("queryStringParameters") or {}, model)


def language(event: Event, offered: Iterable[str] = ()) -> str:
    """The language asked for, by the query or else the Accept-Language header (RFC 9110, quality values obeyed).

    With `offered`, the best of those, or "" when none is wanted; without, the one wanted most.
    """
    asked = (event.get("queryStringParameters") or {}).get("language") or ""
    header = (event.get("headers") or {}).get("accept-language") or ""
    wanted = [asked.lower()] if asked else negotiation.languages(header)
    known = set(offered)
    return next((tag for tag in wanted if tag in known or not known), "")


def uuid_parameter(event: Event, name: str) -> UUID:
    """Raises NotFound."""
    try:
        return UUID(path_parameter(event, name))
    except ValueError:
        raise NotFound from None


def accepted(event: Event, media_types: Sequence[str]) -> str:
    """The one of these media types that the client likes best. Raises UnreadableRequest when it takes none."""
    chosen = negotiation.preferred((event.get("headers") or {}).get("accept"), media_types)
    if chosen is None:
        raise UnreadableRequest(HTTPStatus.NOT_ACCEPTABLE, f"Accept one of: {', '.join(media_types)}.")
    return chosen


def path_parameter(event: Event, name: str) -> str:
    return str((event.get("pathParameters") or {}).get(name, ""))


def respond(status: HTTPStatus, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer that no cache may keep, unless `headers` say otherwise."""
    content = to_json(body).decode()
    return {
        "statusCode": int(status),
        "headers": {"content-type": "application/json", "cache-control": "no-store", **SECURITY, **(headers or {})},
        "body": content,
    }


def document(content: str, content_type: str, headers: Mapping[str, str]) -> Response:
    """An answer that is not JSON of our own, and that no cache may keep."""
    always = {"content-type": content_type, "cache-control": "no-store", **SECURITY}
    return {"statusCode": int(HTTPStatus.OK), "headers": always | dict(headers), "body": content}


def cacheable(
    event: Event, content: bytes, content_type: str, max_age: int, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with a strong ETag, compressed for who takes it so; 304 when the client has it already.

    `max_age` in seconds.
    """
    asked = event.get("headers") or {}
    compressed = GZIP.search(asked.get("accept-encoding") or "") is not None
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}{"-gzip" if compressed else ""}"'
    caching = {**SECURITY, "etag": etag, "cache-control": f"public, max-age={max_age}", **(headers or {})}
    caching["vary"] = ", ".join(filter(None, [caching.get("vary"), "accept-encoding"]))
    known = asked.get("if-none-match", "")
    if etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        return {"statusCode": int(HTTPStatus.NOT_MODIFIED), "headers": caching, "body": ""}
    answer: Response = {"statusCode": 200, "headers": {"content-type": content_type, **caching}}
    if not compressed:
        return answer | {"body": content.decode()}
    answer["headers"]["content-encoding"] = "gzip"
    return answer | {"body": base64.b64encode(_gzipped(content)).decode(), "isBase64Encoded": True}


@lru_cache(maxsize=32)  # there are fewer files and questionnaires
def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def answers_problems(
    safety: Safety, report: Callable[..., None], show: Callable[[Event, Exception, Response], Response] | None = None
) -> Callable[[Handler], Handler]:
    """Turns what a handler raises into problem details (RFC 9457). `show` may turn those into a page.

    `report(text, extra=...)`, such as a logger's `error`, hears of what is our fault: kind and place, never the error's
    text, which could quote a patient.
    """

    def told(event: Event, error: Exception) -> Response:
        answer = problem(error, safety, language(event))
        return show(event, error, answer) if show else answer

    return _answering(told, lambda error: problem(error, safety), report)


def answers_staff(report: Callable[..., None]) -> Callable[[Handler], Handler]:
    """The same for people who are signed in: words for them, and no advice for patients."""
    return _answering(lambda _, error: staff_problem(error), staff_problem, report)


def _answering(
    told: Callable[[Event, Exception], Response],
    told_to_others: Callable[[Exception], Response],
    report: Callable[..., None],
) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def answer(event: Any, context: Any) -> Response:
            if not is_request(event):
                return told_to_others(UnreadableRequest(HTTPStatus.BAD_REQUEST, NO_REQUEST))
            try:
                return handler(event, context)
            except Exception as error:  # noqa: BLE001  nobody is left with an error alone, whatever broke
                if not isinstance(error, LeadIntakeError) or isinstance(error, (StoreUnavailable, ScoringFailed)):
                    report("request failed", extra=_what_broke(error))
                return told(event, error)

        return answer

    return decorate


def problem(error: Exception, safety: Safety, spoken: str = "") -> Response:
    """Problem details in the language `spoken`, as far as there are words for it."""
    words = safety.words(spoken) if spoken else {}
    about = {"emergency_advice": safety.emergency_advice(spoken), "clinic_phone": safety.clinic_phone}
    return _problem_details(error, _status(error), words, about, "accept-language")


def staff_problem(error: Exception) -> Response:
    """Problem details for whoever is signed in."""
    status, title, detail = _status(error)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        title, detail = "This did not work", "Check in a few seconds whether it was done before you try again."
    return _problem_details(error, (status, title, detail), {}, _who_was_first(error), "")


def _problem_details(
    error: Exception, what: tuple[HTTPStatus, str, str], words: Mapping[str, str], about: Mapping[str, Any], vary: str
) -> Response:
    status, title, detail = what
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": words.get(title, title),
        "status": int(status),
        "detail": words.get(detail, detail),
    }
    if isinstance(error, InvalidInput):
        body["errors"] = [{"pointer": entry.pointer, "detail": entry.in_words(words)} for entry in error.problems]
    headers = {"content-type": "application/problem+json"}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = str(RETRY_AFTER)
    if varies := ", ".join(filter(None, [vary, "accept" if status == HTTPStatus.NOT_ACCEPTABLE else ""])):
        headers["vary"] = varies
    return respond(status, body | dict(about), headers)


def _who_was_first(error: Exception) -> dict[str, str | None]:
    """What a member of staff needs to know of the colleague who was faster."""
    match error:
        case AlreadyTaken():
            return {"owner_name": error.owner_name, "since": error.at.isoformat() if error.at else None}
        case WrongState(by_name=by_name) if by_name or error.action:
            at = error.at.isoformat() if error.at else None
            return {"by_name": by_name, "action": error.action, "since": at}
        case _:
            return {}


def _status(error: Exception) -> tuple[HTTPStatus, str, str]:
    match error:
        case InvalidInput():
            return (
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "Some fields are invalid",
                "See errors; each entry names one field.",
            )
        case UnreadableRequest():
            return error.status, error.status.phrase, error.detail
        case Forbidden():
            return HTTPStatus.FORBIDDEN, "Not allowed", "The key is missing or invalid."
        case NotAllowed():
            return HTTPStatus.FORBIDDEN, "Not allowed", error.detail
        case AlreadyTaken():
            return HTTPStatus.CONFLICT, "Somebody else has this lead", f"{error.owner_name} has it."
        case WrongState():
            return HTTPStatus.CONFLICT, "This is not possible right now", error.detail
        case NotFound():
            return HTTPStatus.NOT_FOUND, "Not found", "There is nothing at this address."
        case SubmissionConflict():
            return (
                HTTPStatus.CONFLICT,
                "This form was already sent with different answers",
                "Use a new submission_id to send changed answers.",
            )
        case ReceiptUnavailable():
            return (
                HTTPStatus.SERVICE_UNAVAILABLE,
                "We cannot show your receipt right now",
                "Reload this page in a few seconds, or call the clinic.",
            )
        case _:
            return (
                HTTPStatus.SERVICE_UNAVAILABLE,
                "We could not receive your answers",
                "Please try again in a few seconds, or call the clinic.",
            )


def _what_broke(error: Exception) -> dict[str, str]:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return {
        "error": type(error).__name__,
        "cause": cause_of(error),
        "place": f"{Path(frame.filename).name}:{frame.lineno}",
    }


def body(event: Event) -> bytes:
    """Raises UnreadableRequest."""
    body = event.get("body") or ""
    if len(body) > MAX_BODY * 4 // 3 + 4:
        raise UnreadableRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Send at most 64 KB.")
    if event.get("isBase64Encoded"):
        try:
            content = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            raise UnreadableRequest(HTTPStatus.BAD_REQUEST, "The body is not valid base64.") from None
    else:
        content = body.encode(errors="surrogatepass")
    if len(content) > MAX_BODY:
        raise UnreadableRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Send at most 64 KB.")
    return content


def _problems(error: ValidationError) -> tuple[FieldProblem, ...]:
    """One entry for each field. Sentences are ours: pydantic's can quote the value."""
    found: dict[str, str] = {}
    for entry in error.errors(include_url=False, include_context=False, include_input=False):
        kind = entry["type"]
        ours = kind in ("answer", "control_character", "phone", "email", "unreachable")
        found.setdefault(
            _pointer(entry["loc"]), entry["msg"] if ours else SENTENCES.get(kind, "This value is invalid.")
        )
    return tuple(FieldProblem(pointer, detail) for pointer, detail in found.items())


def _pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer, two levels deep at most; a name that does not look like one of ours is left out."""
    parts = []
    for part in location[:2]:
        if not isinstance(part, str) or SAFE_NAME.fullmatch(part) is None:
            break
        parts.append(part)
    return "".join(f"/{part}" for part in parts)
