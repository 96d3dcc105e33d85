"""What the service says to visitors, and its problem details: one model for each JSON answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.rules.advice import ShownMessage


class ResponseModel(BaseModel):
    """A JSON answer: it holds these fields and no others. `model_validate` takes them from a value that has them."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", from_attributes=True, hide_input_in_errors=True, defer_build=True
    )

    def as_json(self) -> str:
        return self.model_dump_json()


class Receipt(ResponseModel):
    """What the visitor is shown. Never the tier, the score or the rules."""

    reference: str | None
    disposition: str
    messages: tuple[ShownMessage, ...]
    received_at: datetime


class Screened(ResponseModel):
    """`messages` is empty while the form can go on; otherwise show all of them, and stop at an emergency."""

    disposition: Literal["seek-emergency-care", "continue"]
    minor: bool
    messages: tuple[ShownMessage, ...]


class ProofOfWork(ResponseModel):
    algorithm: str
    challenge: str
    maxnumber: int
    salt: str
    signature: str


class Challenge(ResponseModel):
    """Send the token, and the solved challenge as `proof`. A submission without them is taken all the same."""

    token: str
    challenge: ProofOfWork


class Taken(ResponseModel):
    """The ad network only looks at the status."""


class FieldProblem(ResponseModel):
    pointer: Annotated[str, Field(description="JSON Pointer (RFC 6901) into the body that was sent")]
    detail: str


class ProblemDetails(ResponseModel):
    """Problem details (RFC 9457). Fields that were not given are left out."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldProblem, ...] = ()

    def as_json(self) -> str:
        return self.model_dump_json(exclude_unset=True)


class Problem(ProblemDetails):
    """Problem details (RFC 9457). Show the emergency advice and the phone number to the patient, whatever broke."""

    emergency_advice: str
    clinic_phone: str
