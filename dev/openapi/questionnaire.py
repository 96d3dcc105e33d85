"""Models of the response to GET /questionnaires/{id}. The service does not import them, so that it starts faster."""

from typing import Literal

from shared.http.visitor_responses import ResponseModel


class Option(ResponseModel):
    """An option of a question.

    label_other: label if somebody else fills in the form
    message: id in `messages` of the emergency message that this option alone causes
    """

    code: str
    label: str
    exclusive: bool
    label_other: str | None = None
    message: str | None = None


class Condition(ResponseModel):
    """A condition on earlier answers.

    The condition holds if one of `any` holds, or if the answer to `question` has an option of `any_of` or is within the
    bounds. Without an answer, the condition does not hold.
    """

    question: str | None = None
    any_of: list[str] | None = None
    at_least: int | None = None
    at_most: int | None = None
    any: list["Condition"] | None = None


class Question(ResponseModel):
    code: str
    type: Literal["integer", "choice-one", "choice-many", "text"]
    text: str
    text_other: str | None = None
    hint: str | None = None
    required: bool
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    options: list[Option] | None = None
    shown_when: Condition | None = None


class Page(ResponseModel):
    """A page of questions, which are optional on a page after Send."""

    id: str
    title: str
    after_send: bool
    questions: list[Question]


class ContactField(ResponseModel):
    code: str
    type: Literal["text", "tel", "email", "choice-one"]
    text: str
    text_other: str | None = None
    required: bool
    max_length: int | None = None
    autocomplete: str | None = None
    options: list[Option] | None = None
    shown_when: Condition | None = None


class Consent(ResponseModel):
    """A consent. `text_other`: text if somebody else fills in the form. `text_call`: text in a callback request."""

    code: str
    text: str
    text_hash: str
    required: bool
    text_other: str | None = None
    text_other_hash: str | None = None
    text_call: str | None = None
    text_call_hash: str | None = None
    text_call_other: str | None = None
    text_call_other_hash: str | None = None


class ContactBlock(ResponseModel):
    title: str
    emergency_title: str
    hidden_when: Condition
    fields: list[ContactField]
    consents: list[Consent]


class Form(ResponseModel):
    """A form: everything that a page needs to draw the questions.

    messages: id -> text of each message that one option alone can cause
    """

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
    messages: dict[str, str]
