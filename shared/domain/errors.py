"""Defines the errors of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple


def cause_of(error: BaseException) -> str:
    """Returns the class name of an error's cause and the AWS error code.

    The text of an error is left out, because it could quote a patient.
    """
    source = error.__cause__ or error
    answered = getattr(source, "response", None) or {}
    code = answered.get("Error", {}).get("Code", "")
    return f"{type(source).__name__} {code}".strip() if code or source is not error else ""


class FieldProblem(NamedTuple):
    """An invalid field and what is wrong with it, without the submitted value.

    pointer: JSON pointer (RFC 6901) to the field.
    template: a sentence for the visitor, whose {placeholders} are the keys of `limits`.
    """

    pointer: str
    template: str
    limits: Mapping[str, int] = MappingProxyType({})

    @property
    def detail(self) -> str:
        return self.in_words({})

    def in_words(self, words: Mapping[str, str]) -> str:
        """Returns the sentence for the visitor. `words`: English template -> translation."""
        return words.get(self.template, self.template).format_map(self.limits)


class LeadIntakeError(Exception):
    pass


class InvalidInput(LeadIntakeError):
    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(", ".join(problem.pointer for problem in problems))
        self.problems = problems


class NotFound(LeadIntakeError):
    pass


class LeadGone(LeadIntakeError):
    """Raised if a lead was erased or reduced to its audit trail at the time `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at


class SubmissionConflict(LeadIntakeError):
    """Raised if a submission with the same id but different content is already stored."""


class LeadErased(SubmissionConflict):
    """Raised if a submission has the id of a lead that was erased or reduced to its audit trail."""


class LeadChanged(LeadIntakeError):
    """Raised if somebody else changed the lead after it was read."""


class RotaChanged(LeadIntakeError):
    pass


class AlreadyTaken(LeadIntakeError):
    def __init__(self, owner_name: str, at: datetime | None) -> None:
        super().__init__()
        self.owner_name = owner_name
        self.at = at


class NotAllowed(LeadIntakeError):
    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Forbidden(NotAllowed):
    """Raised if the key of an ad network is missing or wrong."""

    def __init__(self) -> None:
        super().__init__("The key is missing or invalid.")


class WrongState(LeadIntakeError):
    """Raised if the state of a lead or of the rota does not allow an action.

    by_name, action, at: the change by a colleague that led to the state, if there is one.
    """

    def __init__(self, detail: str, by_name: str = "", action: str = "", at: datetime | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.by_name = by_name
        self.action = action
        self.at = at


class ScoringFailed(LeadIntakeError):
    """Raised if the rules cannot score answers during screening."""


class FormNotOpen(LeadIntakeError):
    """Raised if a form arrives before a physician has signed its questions and rules."""


class ForeignEvent(LeadIntakeError):
    """Raised if an event is not meant for the Lambda function."""


class StoreUnavailable(LeadIntakeError):
    """Raised if a table, a queue or the user pool does not confirm a read or write. Retrying later is safe."""


class ReceiptUnavailable(StoreUnavailable):
    """Raised if the table cannot be read to show a receipt."""


class NotDelivered(LeadIntakeError):
    pass
