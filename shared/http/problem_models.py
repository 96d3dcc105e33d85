"""The models of problem details (RFC 9457). Loaded only for an error."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.domain.rules.advice import ShownMessage
from shared.http.visitor_responses import ResponseModel


class FieldProblem(ResponseModel):
    pointer: Annotated[str, Field(description="JSON Pointer (RFC 6901) into the body that was sent")]
    detail: str


class ProblemDetails(ResponseModel):
    """Problem details (RFC 9457). Fields without a value are omitted."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldProblem, ...] = ()

    def as_json(self) -> str:
        return self.model_dump_json(exclude_unset=True)


class Problem(ProblemDetails):
    """Problem details (RFC 9457). Show the emergency advice and the phone number to the patient with every error.

    messages: the emergency advice for the refused answers, whose text `emergency_advice` repeats.
    """

    emergency_advice: str
    clinic_phone: str
    messages: tuple[ShownMessage, ...] = ()
