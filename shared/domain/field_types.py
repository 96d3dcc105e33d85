"""What the fields of checked values may hold, in pydantic's words. Imported to make schemas and to check types; what is
shipped has the schemas already."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from shared.domain.reading import (
    MAX_ANSWERS,
    MAX_CODE,
    MAX_NUMBER,
    MAX_OPTIONS,
    MAX_TEXT,
    e164,
    mail_address,
    read_answer,
    read_day,
    refuse_control,
    several_lines,
    without_query,
)

__all__ = ["e164", "mail_address", "without_query"]  # named by fields


def line(most: int) -> Any:
    """A line of text of at most that many characters, spaces around it left out."""
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=most)


Line = AfterValidator(refuse_control)
TextHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
QuestionCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
AnswerShape = (  # what the schema says of an answer before its question is known
    Annotated[int, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
    | Annotated[str, Field(max_length=MAX_TEXT)]
    | Annotated[list[Annotated[str, Field(max_length=MAX_CODE)]], Field(max_length=MAX_OPTIONS)]
)
AnyAnswer = Annotated[Any, BeforeValidator(read_answer, json_schema_input_type=AnswerShape)]
AnswerMap = Annotated[dict[QuestionCode, AnyAnswer], Field(max_length=MAX_ANSWERS)]
SeveralLines = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(several_lines)]
Day = Annotated[date, BeforeValidator(read_day)]
