"""Maps errors to HTTP statuses and problem details (RFC 9457)."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.domain.errors import (
    AlreadyTaken,
    FormNotOpen,
    InvalidInput,
    LeadGone,
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
from shared.http.requests import Request, UnreadableRequest
from shared.http.responses import Response, respond

if TYPE_CHECKING:
    from shared.domain.rules.advice import ShownMessage
    from shared.http.problem_models import Problem, ProblemDetails
    from shared.http.staff_responses import StaffProblem

Handler = Callable[[Request, Any], Response]
Advise = Callable[[Request], "tuple[ShownMessage, ...]"]
LambdaHandler = Callable[[Any, Any], Response]

PROBLEM = "application/problem+json"
RETRY_AFTER = 5  # seconds


class Safety(NamedTuple):
    """The emergency advice and the phone number that every error response to a visitor includes.

    emergency_advice: returns the general emergency advice in a language.
    words: returns the translations of English sentences into a language.
    """

    emergency_advice: Callable[[str], str]
    words: Callable[[str], Mapping[str, str]]
    clinic_phone: str


def answers_visitors(
    safety: Safety,
    report: Callable[..., None],
    show: Callable[[Request, Exception], Response | None] | None = None,
    advise: Advise | None = None,
) -> Callable[[Handler], LambdaHandler]:
    """Decorates a handler so that its errors become problem details with emergency advice.

    report: logs errors that are our fault. It never gets an error's text, which could quote a patient.
    show: draws an error as a page, or returns None for a client that wants JSON.
    advise: returns the emergency advice for the answers in an invalid request.
    """

    def answer(error: Exception, request: Request | None) -> Response:
        shown = show(request, error) if show and request else None
        if shown is not None:
            return shown
        messages = emergency_messages(error, request, advise) if request else ()
        language = request.language() if request else ""
        return _response(problem(error, safety, language, messages), "accept-language")

    return _answering(answer, report)


def emergency_messages(error: Exception, request: Request, advise: Advise | None) -> tuple[ShownMessage, ...]:
    """Returns the emergency advice for the answers in an invalid request, or nothing for other errors. Never raises."""
    if advise is None or not isinstance(error, InvalidInput):
        return ()
    try:
        return advise(request)
    except Exception:  # noqa: BLE001  an unreadable body has no answers, and every error shows the general advice
        return ()


def answers_staff(report: Callable[..., None]) -> Callable[[Handler], LambdaHandler]:
    """Like `answers_visitors`, but errors include no advice for patients."""
    return _answering(lambda error, _: _response(staff_problem(error), ""), report)


def _answering(
    answer_error: Callable[[Exception, Request | None], Response], report: Callable[..., None]
) -> Callable[[Handler], LambdaHandler]:
    def decorate(handler: Handler) -> LambdaHandler:
        @wraps(handler)
        def answer(event: Any, context: Any) -> Response:
            try:
                request = Request.of(event)
            except UnreadableRequest as error:
                return answer_error(error, None)
            try:
                return handler(request, context)
            except Exception as error:  # noqa: BLE001  every error gets an answer with advice
                if not isinstance(error, LeadIntakeError) or isinstance(error, (StoreUnavailable, ScoringFailed)):
                    report("request failed", extra=_cause_and_place(error))
                return answer_error(error, request)

        return answer

    return decorate


def problem(error: Exception, safety: Safety, language: str, messages: tuple[ShownMessage, ...]) -> Problem:
    """`messages`: the emergency advice for the answers."""
    from shared.http.problem_models import Problem  # noqa: PLC0415  functions that serve pages do not need it

    status, title, detail = _status(error)
    words = safety.words(language) if language else {}
    return Problem(
        type="about:blank",
        title=words.get(title, title),
        status=int(status),
        detail=words.get(detail, detail),
        emergency_advice=" ".join(message.text for message in messages) or safety.emergency_advice(language),
        clinic_phone=safety.clinic_phone,
        **({"messages": messages} if messages else {}),
        **_errors(error, words),
    )


def staff_problem(error: Exception) -> StaffProblem:
    from shared.http.staff_responses import StaffProblem  # noqa: PLC0415  visitors' functions never load it

    status, title, detail = _status(error)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        title, detail = "This did not work", "Check in a few seconds whether it was done before you try again."
    return StaffProblem(
        type="about:blank",
        title=title,
        status=int(status),
        detail=detail,
        **_errors(error, {}),
        **_who_was_first(error),
    )


def _response(details: ProblemDetails, vary: str) -> Response:
    headers = {"content-type": PROBLEM}
    if details.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = str(RETRY_AFTER)
    if varies := ", ".join(filter(None, [vary, "accept" if details.status == HTTPStatus.NOT_ACCEPTABLE else ""])):
        headers["vary"] = varies
    return respond(HTTPStatus(details.status), details, headers)


def _errors(error: Exception, words: Mapping[str, str]) -> dict[str, Any]:
    from shared.http.problem_models import FieldProblem  # noqa: PLC0415  loaded only for an error

    if not isinstance(error, InvalidInput):
        return {}
    entries = (FieldProblem(pointer=entry.pointer, detail=entry.in_words(words)) for entry in error.problems)
    return {"errors": tuple(entries)}


def _who_was_first(error: Exception) -> dict[str, Any]:
    match error:
        case AlreadyTaken():
            return {"owner_name": error.owner_name, "since": error.at}
        case LeadGone():
            return {"since": error.at}
        case WrongState(by_name=by_name) if by_name or error.action:
            return {"by_name": by_name, "action": error.action, "since": error.at}
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
        case FormNotOpen():
            return HTTPStatus.FORBIDDEN, "This form is not open yet", "Please call the clinic."
        case NotAllowed():
            return HTTPStatus.FORBIDDEN, "Not allowed", error.detail
        case AlreadyTaken():
            return HTTPStatus.CONFLICT, "Somebody else has this lead", f"{error.owner_name} has it."
        case WrongState():
            return HTTPStatus.CONFLICT, "This is not possible right now", error.detail
        case NotFound() | LeadGone():
            return _missing(error)
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


def _missing(error: NotFound | LeadGone) -> tuple[HTTPStatus, str, str]:
    if isinstance(error, LeadGone):
        return HTTPStatus.GONE, "Erased", "This lead was erased."
    return HTTPStatus.NOT_FOUND, "Not found", "There is nothing at this address."


def _cause_and_place(error: Exception) -> dict[str, str]:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return {
        "error": type(error).__name__,
        "cause": cause_of(error),
        "place": f"{Path(frame.filename).name}:{frame.lineno}",
    }
