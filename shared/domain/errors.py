"""Defines the errors of the domain. `shared/http/problem_details.py` maps each error to one HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple


def cause_of(error: BaseException) -> str:
    """Returns the class name of an error's cause, followed by the AWS error code if there is one.

    If the error has no cause, returns the error's own class name and AWS error code; "" if it has no code. Never
    returns the text of an error, because the text could quote a patient.
    """
    source = error.__cause__ or error
    answered = getattr(source, "response", None) or {}  # `response` is None if the connection hung or broke
    code = answered.get("Error", {}).get("Code", "")
    return f"{type(source).__name__} {code}".strip() if code or source is not error else ""


class FieldProblem(NamedTuple):
    """An invalid field and what is wrong with it. Never contains the submitted value.

    pointer: JSON pointer (RFC 6901) to the field.
    template: the sentence for the visitor, with {placeholders}.
    limits: the values of the placeholders.
    """

    pointer: str
    template: str
    limits: Mapping[str, int] = MappingProxyType({})

    @property
    def detail(self) -> str:
        return self.in_words({})

    def in_words(self, words: Mapping[str, str]) -> str:
        """Returns the problem as a sentence, translated if `words` (English -> translation) contains it."""
        return words.get(self.template, self.template).format_map(self.limits)


class LeadIntakeError(Exception):
    """The base class of all errors of the domain."""


class InvalidInput(LeadIntakeError):
    """Raised if a request is invalid. `problems`: one problem for each invalid field."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(", ".join(problem.pointer for problem in problems))
        self.problems = problems


class NotFound(LeadIntakeError):
    """Raised if nothing exists with the requested address or id."""


class LeadGone(LeadIntakeError):
    """Raised if a lead was erased or reduced to its audit trail. `at`: when that happened."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at


class SubmissionConflict(LeadIntakeError):
    """Raised if a submission with the same id but different content is already stored."""


class LeadErased(SubmissionConflict):
    """Raised if a submission has the id of an erased or retired lead, and so cannot be stored."""


class LeadChanged(LeadIntakeError):
    """Raised if somebody else changed the lead after it was read."""


class RotaChanged(LeadIntakeError):
    """Raised if somebody else saved the rota after it was read."""


class AlreadyTaken(LeadIntakeError):
    """Raised if a colleague has already taken the lead."""

    def __init__(self, owner_name: str, at: datetime | None) -> None:
        super().__init__()
        self.owner_name = owner_name
        self.at = at


class NotAllowed(LeadIntakeError):
    """Raised if a member of staff may not carry out an action.

    detail: the reason, such as the groups whose members may carry it out.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Forbidden(NotAllowed):
    """Raised if the key of an ad network is missing or wrong."""

    def __init__(self) -> None:
        super().__init__("The key is missing or invalid.")


class WrongState(LeadIntakeError):
    """Raised if the state of a lead or of the rota does not allow an action.

    detail: the reason, as a sentence for staff.
    by_name, action, at: who changed the lead in the meantime, by which action, and when; "" or None if nobody did.
    """

    def __init__(self, detail: str, by_name: str = "", action: str = "", at: datetime | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.by_name = by_name
        self.action = action
        self.at = at


class ScoringFailed(LeadIntakeError):
    """Raised if the rules cannot score answers during screening. Screening stores no lead, so staff are not alerted."""


class FormNotOpen(LeadIntakeError):
    """Raised if a form arrives before a physician has signed its questions and rules."""


class ForeignEvent(LeadIntakeError):
    """Raised if an event is not meant for the Lambda function. The error's text quotes nothing from the event."""


class StoreUnavailable(LeadIntakeError):
    """Raised if a table, a queue or the user pool does not confirm a read or write. Retrying later is safe."""


class ReceiptUnavailable(StoreUnavailable):
    """Raised if the table cannot be read to show a receipt. The lead may still be stored."""


class NotDelivered(LeadIntakeError):
    """Raised if the receiver does not accept a message. Retrying later is safe."""
