"""What can go wrong, in the words of the domain. `shared/http/problems.py` maps each to one HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


def cause_of(error: BaseException) -> str:
    """The kind and AWS's code of what led to it, "" where nothing is known: never its text, which could quote a
    patient."""
    source = error.__cause__ or error
    answered = getattr(source, "response", None) or {}  # None where a connection hung or broke
    code = answered.get("Error", {}).get("Code", "")
    return f"{type(source).__name__} {code}".strip() if code or source is not error else ""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that needs mending: a JSON pointer (RFC 6901) and a sentence. Never the value.

    `limits` fill the {names} of the sentence.
    """

    pointer: str
    template: str
    limits: Mapping[str, int] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        return self.in_words({})

    def in_words(self, words: Mapping[str, str]) -> str:
        """The sentence in another language, where `words` have it."""
        return words.get(self.template, self.template).format_map(self.limits)


class LeadIntakeError(Exception):
    """Base of the errors below."""


class InvalidInput(LeadIntakeError):
    """The request does not fit; one problem for each field."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(", ".join(problem.pointer for problem in problems))
        self.problems = problems


class Forbidden(LeadIntakeError):
    """The caller has not shown that it may do this."""


class NotFound(LeadIntakeError):
    """There is no such thing at this address."""


class SubmissionConflict(LeadIntakeError):
    """The submission id is taken by a submission with other content."""


class LeadErased(SubmissionConflict):
    """The submission id is that of a lead which was erased: it does not come back."""


class LeadChanged(LeadIntakeError):
    """Somebody else changed the lead since it was read."""


class AlreadyTaken(LeadIntakeError):
    """Somebody else has the lead."""

    def __init__(self, owner_name: str, at: datetime | None) -> None:
        super().__init__()
        self.owner_name = owner_name
        self.at = at


class NotAllowed(LeadIntakeError):
    """The signed-in person's groups do not include this. `detail` says who may."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class WrongState(LeadIntakeError):
    """The lead is not in a state for this. `detail` says why; `by_name`, `action` and `at` what a colleague did."""

    def __init__(self, detail: str, by_name: str = "", action: str = "", at: datetime | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.by_name = by_name
        self.action = action
        self.at = at


class ScoringFailed(LeadIntakeError):
    """The rules could not score these answers, and nobody is told by a lead."""


class ForeignEvent(LeadIntakeError):
    """The event is not meant for this function. The text says what it is not, and no value of it."""


class StoreUnavailable(LeadIntakeError):
    """The table, or the spool, did not confirm the write or read; trying again later is safe."""


class ReceiptUnavailable(StoreUnavailable):
    """The table could not be read; whether the lead is stored is not the question."""


class NotDelivered(LeadIntakeError):
    """The other end did not take what was sent; trying again later is safe."""
