"""Converts a lead from an ad network (Google Ads lead form webhook) to a submission without answers."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid5

from pydantic import Field, ValidationError

from shared.domain.errors import FieldProblem, InvalidInput
from shared.domain.intake.attribution import Attribution
from shared.domain.intake.submission import Consents, ContactEntry, QuestionnaireVersion, Submission
from shared.domain.model import Stored

NAMESPACE = UUID("6a2f0a53-6a0c-5c3a-9d0e-3a4c6f0b9d11")  # for the submission ids of ad leads; never change it
CONTACT_COLUMNS = {
    "phone": ("PHONE_NUMBER", "WORK_PHONE"),
    "email": ("EMAIL", "WORK_EMAIL"),
    "postal": ("POSTAL_CODE",),
}
NAME_COLUMNS = ("FULL_NAME", "FIRST_NAME", "LAST_NAME")
MAX_COLUMNS = 60
MAX_ATTRIBUTION = 120  # characters in one attribution value


class Column(Stored):
    """A field of the ad form. Unknown keys are ignored, because the ad network may add keys at any time."""

    column_id: str | None = None
    string_value: str | None = None


class AdKey(Stored):
    """The part of the ad network's webhook that holds the shared secret, which is checked before the rest is read."""

    google_key: Annotated[str, Field(max_length=200)] = ""


class AdLead(Stored):
    """The body of the Google Ads lead form webhook. Only indispensable fields are validated."""

    lead_id: Annotated[str, Field(min_length=1, max_length=300)]
    user_column_data: Annotated[tuple[Column, ...], Field(max_length=MAX_COLUMNS)]
    campaign_id: int | str | None = None
    gcl_id: str | None = None
    is_test: bool = False

    def submission(self, questionnaire: QuestionnaireVersion) -> Submission:
        """Returns the ad lead as a submission. The same `lead_id` always gives the same submission id.

        The ad asked no questions, so every safety answer is unknown and rule UNK-04 fires.

        Raises: InvalidInput if the ad lead has neither a valid phone number nor a valid email address.
        """
        values = {column.column_id: (column.string_value or "").strip() for column in self.user_column_data}
        name = values.get("FULL_NAME") or " ".join(filter(None, (values.get(key) for key in NAME_COLUMNS[1:])))
        fields: dict[str, Any] = {
            key: next((values[column] for column in columns if values.get(column)), None)
            for key, columns in CONTACT_COLUMNS.items()
        }
        return Submission(
            submission_id=uuid5(NAMESPACE, self.lead_id),
            questionnaire=questionnaire,
            answers={},
            contact=_contact({**fields, "name": name}),
            consents=Consents(contact=True),
            attribution=self._attribution(),
        )

    def _attribution(self) -> Attribution:
        given = {"utm_campaign": self.campaign_id, "gclid": self.gcl_id}
        clean = {name: _clean(value) for name, value in given.items()}
        return Attribution.model_validate({"utm_source": "google-ads", **{n: v for n, v in clean.items() if v}})


def _clean(value: object) -> str:
    """Returns an attribution value as text; "" if it is unprintable or too long, which must not refuse the lead."""
    text = "" if value is None else str(value).strip()
    return text if text.isprintable() and len(text) <= MAX_ATTRIBUTION else ""


def _contact(fields: dict[str, Any]) -> ContactEntry:
    """Returns the contact without its invalid fields.

    Nobody can correct the fields of an ad lead, and the valid fields are still useful.

    Raises: InvalidInput if no valid phone number or email address is left.
    """
    while True:
        try:
            return ContactEntry.model_validate(fields)
        except ValidationError as error:
            bad = {entry["loc"][0] for entry in error.errors(include_url=False, include_input=False) if entry["loc"]}
            if not bad:
                problem = FieldProblem("/user_column_data", "Enter a phone number or an email address.")
                raise InvalidInput((problem,)) from None
            fields = {key: value for key, value in fields.items() if key not in bad}
