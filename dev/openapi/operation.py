"""Defines the description of a route."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

WHY = {
    "400": "The body is not readable.",
    "401": "Nobody is signed in. API Gateway answers itself if there is no token, or if it does not accept it.",
    "403": "The caller may not do this.",
    "404": "There is nothing at this address.",
    "406": "None of the media types in Accept is on offer.",
    "409": "A conflict: this submission id was already used with other content, or a colleague acted first.",
    "410": "The lead was erased, at `since`.",
    "413": "The body is larger than 64 KiB.",
    "415": "The body is not declared as JSON.",
    "422": "Some fields are invalid; `errors` names each.",
    "503": "The service could not accept the request. Send the same request again after Retry-After seconds.",
}
FOR_STAFF = ("401", "403", "503")
READING_A_BODY = ("400", "413", "415", "422", "503")


@dataclass(frozen=True)
class Operation:
    """The description of one route.

    id: operation id, unique in the document
    answers: status -> (description, media type -> schema)
    problems: statuses that return problem details
    request: model of the JSON body, if any
    cacheable: whether the response has an ETag, so that a client may get 304
    form: whether the route also accepts HTML forms and answers them with pages
    shows_pages: whether a route without a body returns problems as pages
    staff: whether the route needs a sign-in
    """

    id: str
    summary: str
    description: str
    answers: dict[str, tuple[str, Json]]
    problems: tuple[str, ...]
    cacheable: bool = False
    parameters: tuple[Json, ...] = ()
    request: type | None = None
    examples: Json = field(default_factory=dict)
    form: bool = False
    shows_pages: bool = False
    staff: bool = False


def ref(model: type) -> Json:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def as_json(model: type) -> Json:
    return {"application/json": {"schema": ref(model)}}


def parameter(where: str, name: str, description: str, schema: Json, example: str) -> Json:
    needed = {"required": True} if where == "path" else {}
    return {"name": name, "in": where, **needed, "description": description, "schema": schema, "example": example}


TEXT = {"schema": {"type": "string"}}
PAGE = {"text/html": TEXT}
LANGUAGE = (
    parameter("query", "language", "Two letters; overrides Accept-Language.", {"type": "string"}, "es"),
    parameter("header", "Accept-Language", "The language of what is shown.", {"type": "string"}, "es-US,es;q=0.9"),
)
KNOWN = parameter("header", "If-None-Match", "The ETag of your copy.", {"type": "string"}, '"8c2f"')
