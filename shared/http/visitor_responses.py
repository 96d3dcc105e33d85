"""The models of JSON responses to visitors."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.domain.rules.advice import ShownMessage


class ResponseModel(BaseModel):
    """The base class of JSON responses. `model_validate` copies the fields from any object that has them."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", from_attributes=True, hide_input_in_errors=True, defer_build=True
    )

    def as_json(self) -> str:
        return self.model_dump_json()


class NextSteps(ResponseModel):
    """What happens after Send, as texts in the language of the form.

    promise: what the clinic will do; "" if it promises nothing. {number} stands for the person's phone number.
    calendar: the promised call as an iCalendar file; "" if there is none.
    booking_link: the https address of a page on which the person may book a time; "" if there is none.
    """

    title: str
    promise: str
    details: tuple[str, ...]
    calendar: str
    booking_link: str


class Receipt(ResponseModel):
    """The response to a submission. It never includes the tier, the score or the rules.

    submission_id: the id of the stored submission, for adding answers; null if nothing was stored. It differs from the
    id that was sent if that id belongs to another person's lead.
    next_steps: what happens after Send; null if nothing was stored.
    """

    submission_id: UUID | None
    reference: str | None
    disposition: str
    messages: tuple[ShownMessage, ...]
    received_at: datetime
    next_steps: NextSteps | None


class Screened(ResponseModel):
    """The result of a screening. Show all `messages`. Interrupt the form if `disposition` is "seek-emergency-care"."""

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
    """A form token and a proof-of-work challenge.

    Send the token with the submission, and the solved challenge as `proof`. Both are optional.
    """

    token: str
    challenge: ProofOfWork


class Taken(ResponseModel):
    """An empty object, because the client only checks the status."""
