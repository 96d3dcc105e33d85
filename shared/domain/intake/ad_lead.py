"""Converts a lead from a Google Ads lead form to a submission."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID, uuid5

from pydantic import BeforeValidator, Field, ValidationError

from shared.domain.errors import FieldProblem, InvalidInput
from shared.domain.intake.attribution import Attribution, clean_attribution
from shared.domain.intake.fields import clean_line
from shared.domain.intake.screening import QuestionnaireVersion
from shared.domain.intake.submission import Consents, ContactEntry, Submission
from shared.domain.model import Stored
from shared.domain.rules.questionnaire import Answer, Questionnaire

NAMESPACE = UUID("6a2f0a53-6a0c-5c3a-9d0e-3a4c6f0b9d11")  # never change it: the submission ids depend on it
CONTACT_COLUMNS = {
    "phone": ("PHONE_NUMBER", "WORK_PHONE"),
    "email": ("EMAIL", "WORK_EMAIL"),
    "postal": ("POSTAL_CODE",),
}
NAME_COLUMNS = ("FULL_NAME", "FIRST_NAME", "LAST_NAME")
NOTE = "note"
NOT_NOTED = {*NAME_COLUMNS, *(column for columns in CONTACT_COLUMNS.values() for column in columns)}
# The note omits these answers, because "Numbness between the legs: No" would read like a complaint.
PLAIN_NO = frozenset({"no", "none", "never", "n/a", "na", "ninguno", "ninguna", "nunca"})


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text: str = clean_line(str(int(value) if isinstance(value, float) and value.is_integer() else value))
    return text


def _objects(value: Any) -> list[Any]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


AnyText = Annotated[str, BeforeValidator(_text, json_schema_input_type=str | int | None)]


class Column(Stored):
    column_id: AnyText = ""
    column_name: AnyText = ""
    string_value: AnyText = ""

    @property
    def question(self) -> str:
        return self.column_name or self.column_id.replace("_", " ")


class AdKey(Stored):
    """The key and the test mark of the webhook's body, which are read before the lead."""

    google_key: Annotated[str, Field(max_length=200)] = ""
    is_test: Annotated[bool, BeforeValidator(lambda value: value is True, json_schema_input_type=bool)] = False


class AdLead(Stored):
    """The body of the Google Ads lead form webhook. Validation drops unusable parts instead of rejecting the lead."""

    lead_id: AnyText = ""
    user_column_data: Annotated[tuple[Column, ...], BeforeValidator(_objects, json_schema_input_type=list[Column])] = ()
    campaign_id: AnyText = ""
    gcl_id: AnyText = ""

    def submission(self, questionnaire: Questionnaire) -> Submission:
        """Returns the ad lead as a submission. The same `lead_id` always gives the same submission id.

        Raises: InvalidInput if no phone number or email address is valid.
        """
        given = {"utm_source": "google-ads", "utm_campaign": self.campaign_id, "gclid": self.gcl_id}
        return Submission(
            submission_id=uuid5(NAMESPACE, self.lead_id or self.model_dump_json()),
            questionnaire=QuestionnaireVersion(id=questionnaire.id, version=questionnaire.version),
            answers=self._note(questionnaire),
            contact=self._contact(),
            consents=Consents(contact=True),
            attribution=Attribution.model_validate(clean_attribution(given)),
        )

    def _contact(self) -> ContactEntry:
        """Nobody can correct invalid values, so the first valid value of each field counts."""
        candidates = {field: self._values(*columns) for field, columns in CONTACT_COLUMNS.items()}
        candidates["name"] = (*self._values("FULL_NAME"), " ".join(self._values("FIRST_NAME", "LAST_NAME")))
        good = {
            field: next((value for value in values if _is_good(field, value)), None)
            for field, values in candidates.items()
        }
        try:
            return ContactEntry.model_validate(good)
        except ValidationError:
            problem = FieldProblem("/user_column_data", "Enter a phone number or an e-mail address.")
            raise InvalidInput((problem,)) from None

    def _values(self, *columns: str) -> tuple[str, ...]:
        return tuple(
            column.string_value
            for name in columns
            for column in self.user_column_data
            if column.column_id.upper() == name and column.string_value
        )

    def _note(self, questionnaire: Questionnaire) -> dict[str, Answer]:
        """Returns the ad form's own questions and answers as the answer to NOTE."""
        note = questionnaire.questions.get(NOTE)
        limit = note.max_length if note else None
        answered = list(self._own_questions())
        if note is None or limit is None or not answered:
            return {}
        text = "\n".join(f"{column.question}: {column.string_value}" for column in answered)
        if len(text) > limit:
            text = "\n".join(column.string_value for column in answered)
        return {note.code: text[:limit]}

    def _own_questions(self) -> Iterator[Column]:
        for column in self.user_column_data:
            said = column.string_value.casefold().rstrip(".!")
            if said and said not in PLAIN_NO and column.column_id.upper() not in NOT_NOTED:
                yield column


def _is_good(field: str, value: str) -> bool:
    try:
        ContactEntry.model_validate({field: value})
    except ValidationError as error:
        return not any(entry["loc"][:1] == (field,) for entry in error.errors(include_url=False, include_input=False))
    return True
