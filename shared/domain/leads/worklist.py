"""Defines the queries of staff for the worklist and for a search."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field
from pydantic_core import PydanticCustomError

from shared.domain.intake.fields import Line, line, mail_address
from shared.domain.intake.phone import e164, without_extension
from shared.domain.leads.lead_summary import LeadSummary
from shared.domain.leads.person_keys import email_key, phone_key
from shared.domain.model import Model

READ_ALOUD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})
REFERENCE = r"[0-9A-HJKMNP-TV-Z]{10}"


class WorklistQuery(Model):
    """A request for a page of the worklist. A filter that is None accepts all leads.

    view: "today" lists the leads on which the signed-in member of staff acted today.
    suspect: True for only suspected bots, False for only other leads.
    unfinished: True for only unfinished forms, False for only finished forms.
    """

    view: Literal["open", "mine", "today", "closed"] = "open"
    tier: Annotated[str, Field(max_length=40)] | None = None
    suspect: bool | None = None
    untaken: bool = False
    owner: Annotated[str, Field(max_length=128)] | None = None
    overdue: bool = False
    unfinished: bool | None = None
    language: Annotated[str, Field(max_length=20)] | None = None
    source: Annotated[str, Field(max_length=40)] | None = None
    questionnaire: Annotated[str, Field(max_length=60)] | None = None
    cursor: Annotated[str, Field(max_length=300)] | None = None

    def wants(self, summary: LeadSummary, staff_id: str, at: datetime) -> bool:
        return (
            (self.view != "mine" or summary.owner == staff_id)
            and self.owner in (None, summary.owner)
            and (not self.untaken or summary.status == "new")
            and (not self.overdue or summary.is_overdue(at))
            and self.tier in (None, summary.tier)
            and self.suspect in (None, summary.suspect)
            and self.unfinished in (None, not summary.complete)
            and self.language in (None, summary.language)
            and self.source in (None, summary.source)
            and self.questionnaire in (None, summary.questionnaire)
        )


class Search(Model):
    """A search for leads.

    q: a reference or half of one, a phone number or its last seven digits, an email address, or words of a name.
    """

    q: Annotated[str, line(254), Line]


class SearchKeys(NamedTuple):
    """The keys to look up for a search text. Ten digits can be both a reference and a phone number."""

    reference: str = ""
    phone_key: str = ""
    email_key: str = ""


def search_keys(search: Search, person_key: str) -> SearchKeys:
    if "@" in search.q:
        return SearchKeys(email_key=email_key(_or_none(mail_address, search.q), person_key))
    number, _ = without_extension(search.q)
    return SearchKeys(reference_in(search.q), phone_key=phone_key(_or_none(e164, number), person_key))


def reference_in(text: str) -> str:
    letters = text.upper().translate(READ_ALOUD)
    return f"{letters[:5]}-{letters[5:]}" if re.fullmatch(REFERENCE, letters) else ""


def _or_none(check: Callable[[str], str], text: str) -> str | None:
    try:
        return check(text)
    except PydanticCustomError:
        return None
