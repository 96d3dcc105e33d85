"""The errors of the domain. `shared/http/problems.py` maps each to one HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


def cause_of(error: BaseException) -> str:
    """The class and the AWS error code of an error's cause; "" if unknown. Never its text, which could quote a
    patient."""
    source = error.__cause__ or error
    answered = getattr(source, "response", None) or {}  # None if the connection hung or broke
    code = answered.get("Error", {}).get("Code", "")
    return f"{type(source).__name__} {code}".strip() if code or source is not error else ""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One invalid field. Never holds the value.

    pointer: JSON pointer (RFC 6901) to the field.
    template: a sentence with {names}, which `limits` fill.
    """

    pointer: str
    template: str
    limits: Mapping[str, int] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        return self.in_words({})

    def in_words(self, words: Mapping[str, str]) -> str:
        """The sentence in another language, if `words` translate it."""
        return words.get(self.template, self.template).format_map(self.limits)


class LeadIntakeError(Exception):
    """Base of the errors below."""


class InvalidInput(LeadIntakeError):
    """The request is invalid. Holds one problem for each field."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(", ".join(problem.pointer for problem in problems))
        self.problems = problems


class Forbidden(LeadIntakeError):
    """The caller has not proved that it may do this."""


class NotFound(LeadIntakeError):
    """Nothing has this address or id."""


class SubmissionConflict(LeadIntakeError):
    """Another submission with different content has this submission id."""


class LeadErased(SubmissionConflict):
    """The submission id belongs to an erased lead, which must not come back."""


class LeadChanged(LeadIntakeError):
    """The lead was changed after it was read."""


class AlreadyTaken(LeadIntakeError):
    """A colleague owns the lead."""

    def __init__(self, owner_name: str, at: datetime | None) -> None:
        super().__init__()
        self.owner_name = owner_name
        self.at = at


class NotAllowed(LeadIntakeError):
    """The groups of the signed-in person do not allow this. `detail` says who may do it."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class WrongState(LeadIntakeError):
    """The lead's state does not allow this.

    detail: the reason.
    by_name, action, at: what a colleague did; empty if no colleague caused it.
    """

    def __init__(self, detail: str, by_name: str = "", action: str = "", at: datetime | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.by_name = by_name
        self.action = action
        self.at = at


class ScoringFailed(LeadIntakeError):
    """The rules could not score these answers, and no lead alerts staff to it."""


class ForeignEvent(LeadIntakeError):
    """The event is not meant for this function. The text says what was expected and quotes nothing from the event."""


class StoreUnavailable(LeadIntakeError):
    """The table or the spool did not confirm the read or write. Retrying later is safe."""


class ReceiptUnavailable(StoreUnavailable):
    """The table could not be read to show a receipt. This does not say whether the lead is stored."""


class NotDelivered(LeadIntakeError):
    """The receiver did not accept what was sent. Retrying later is safe."""
