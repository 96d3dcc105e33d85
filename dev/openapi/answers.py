"""What the service takes and says, as models: those of the service itself, and what only its answers have."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.intake.ad_lead import AdKey, AdLead
from shared.domain.leads.lead_view import LeadSummary
from shared.domain.rules.advice import ShownMessage


class Answer(BaseModel):
    """What the service says holds these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Screened(Answer):
    """`messages` is empty while the form can go on; otherwise show all of them, and stop at an emergency."""

    disposition: Literal["seek-emergency-care", "continue"]
    minor: bool
    messages: list[ShownMessage]


class ProofOfWork(Answer):
    algorithm: str
    challenge: str
    maxnumber: int
    salt: str
    signature: str


class Challenge(Answer):
    """Send the token, and the solved challenge as `proof`. A submission without them is taken all the same."""

    token: str
    challenge: ProofOfWork


class FieldProblem(Answer):
    pointer: Annotated[str, Field(description="JSON Pointer (RFC 6901) into the body that was sent")]
    detail: str


class ProblemDetails(Answer):
    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


class Problem(ProblemDetails):
    """Problem details (RFC 9457). Show the emergency advice and the phone number to the patient, whatever broke."""

    emergency_advice: str
    clinic_phone: str


class StaffProblem(ProblemDetails):
    """Problem details (RFC 9457). `owner_name` has the lead since then, or `by_name` did `action` to it."""

    owner_name: str | None = None
    by_name: str | None = None
    action: str | None = None
    since: datetime | None = None


class Option(Answer):
    code: str
    label: str
    exclusive: bool


class Condition(Answer):
    """Holds when one of `any` holds, or when the answer to `question` has an option of `any_of` or lies between the
    bounds. It does not hold without an answer."""

    question: str | None = None
    any_of: list[str] | None = None
    at_least: int | None = None
    at_most: int | None = None
    any: list["Condition"] | None = None


class Question(Answer):
    code: str
    type: Literal["integer", "choice-one", "choice-many", "text"]
    text: str
    required: bool
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    options: list[Option] | None = None
    shown_when: Condition | None = None


class Page(Answer):
    id: str
    title: str
    questions: list[Question]


class ContactField(Answer):
    code: str
    type: Literal["text", "tel", "email", "choice-one"]
    text: str
    required: bool
    max_length: int | None = None
    autocomplete: str | None = None
    options: list[Option] | None = None


class Consent(Answer):
    code: str
    text: str
    text_hash: str
    required: bool


class ContactBlock(Answer):
    title: str
    emergency_title: str
    hidden_when: Condition
    fields: list[ContactField]
    consents: list[Consent]


class Form(Answer):
    """Everything a page needs to draw the form. `words`: the form's own short texts, English to its language."""

    id: str
    version: str
    language: str
    languages: list[str]
    title: str
    awaiting_approval: bool
    awaiting_translation_review: bool
    emergency_advice: str
    pages: list[Page]
    contact: ContactBlock
    words: dict[str, str]


class WorklistPage(Answer):
    """`cursor`: send it back for the next page; null at the end. `now`: the service's clock."""

    leads: list[LeadSummary]
    cursor: str | None
    now: datetime


class RuleSetInUse(Answer):
    """The last change; and who approved it: empty dates and names while a physician's approval is awaited."""

    id: str
    version: str
    content_hash: str
    changed_on: str
    change: str
    changed_by: str
    approved_by: str
    approved_on: str
    questionnaire: str
    questionnaire_version: str
    questionnaire_approved_by: str
    questionnaire_approved_on: str


class Rules(Answer):
    rule_sets: list[RuleSetInUse]


class PersonData(Answer):
    exported_at: datetime
    complete: bool
    leads: list[dict[str, Any]]


class Erased(Answer):
    reference: str
    erased_at: datetime


class AdRequest(AdLead, AdKey):
    """The webhook's body with its key (Google Ads API, lead form webhook)."""
