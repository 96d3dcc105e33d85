"""Generates hostile requests to every route.

A request depends only on the seed and its number, so that it can be repeated.
"""

from __future__ import annotations

import base64
import importlib
import json
import pickle
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args
from urllib.parse import quote_from_bytes, urlencode

from dev import template
from dev.openapi import document as openapi
from infra.build import module_name
from shared.domain.leads.action import ActionName
from shared.rulebook.loading import load
from tests.aws import ENVIRONMENT
from tests.functions.calls import Json, event, sent
from tests.hostile import corpora

Handler = Callable[[Any, Any], Json]
FORM, MULTIPART, JSON = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"
HEADERS = (
    *("content-type", "accept", "accept-language", "accept-encoding", "if-none-match", "referer", "host", "origin"),
    *("x-forwarded-proto", "x-forwarded-for", "hx-request", "hx-current-url", "user-agent", "authorization", "cookie"),
    *("content-length", "content-encoding", "x-http-method-override", "transfer-encoding", "forwarded"),
)
QUERY = (
    *("language", "questionnaire", "mode", "return_to", "utm_source", "gclid", "view", "tier", "suspect", "cursor"),
    *("from", "to", "format", "reference", "staff", "q", "x", ""),
)
NEARLY_RIGHT = (
    *("csv", "json", "fhir", "html", "true", "false", "open", "taken", "closed", "done", "EMERGENCY", "fs-intake"),
    *("2026-01-14", "2026-01-13", "2000-01-01", "2199-12-31", "2026-02-30", "0001-01-01", "2026-1-4", "M90GS-X3XCE"),
)
PLAIN = (
    *(
        "step",
        "asked",
        "back",
        "show",
        "emergency",
        "follow_ups",
        "minor_notice_shown",
        "website",
        "token",
        "submission_id",
    ),
    *("questionnaire", "version", "language", "page", "return_to", "utm_source", "contact.name", "contact.phone"),
    *("contact.email", "contact.preference", "consents.contact", "consents.sms", "consents_shown.contact", "answers."),
)
GROUPS = ("clinician", "desk", "manager", "admin", "", "[", "clinician admin")


@dataclass(frozen=True, slots=True)
class Route:
    name: str
    handler: Handler
    staff: bool
    weight: float


@cache
def routes() -> tuple[Route, ...]:
    found = []
    for name, function in template.routes().items():
        handler = importlib.import_module(f"functions.{module_name(function)}").handler
        staff = openapi.OPERATIONS[name].staff
        weight = 0.3 if staff else 4 if name.startswith("POST") else 0.7
        found.append(Route(name, handler, staff, weight))
    return tuple(found)


@cache
def _codes() -> tuple[list[str], list[str]]:
    questionnaires = [rule_set.questionnaire for rule_set in load().rule_sets.values()]
    questions = [question for found in questionnaires for question in found.questions.values()]
    return [question.code for question in questions], [
        option.code for question in questions for option in question.options
    ]


class Attacker:
    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._chance = random.Random()
        self._strings = corpora.strings()
        self._documents = corpora.documents()
        self._routes = routes()
        self._weights = [route.weight for route in self._routes]

    def request(self, number: int) -> tuple[Route, Json]:
        self._chance.seed(self._seed * 2**32 + number)
        (route,) = self._chance.choices(self._routes, self._weights)
        return route, self._event(route)

    def _event(self, route: Route) -> Json:
        method, path = route.name.split(" ")
        asked: Json = pickle.loads(_base(route.staff))  # noqa: S301  pickled by this module
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        values = {name: self._path_value(name) for name in names}
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", value)
        asked |= {"routeKey": route.name, "rawPath": path}
        asked["requestContext"]["http"] |= {"method": method, "path": path}
        asked["requestContext"]["routeKey"] = route.name
        if values:
            asked["pathParameters"] = values
        if route.staff:
            claims = asked["requestContext"]["authorizer"]["jwt"]["claims"]
            claims["cognito:groups"] = f"[{self._chance.choice(GROUPS)}]"
        if self._once_in(3):
            asked["queryStringParameters"] = self._query()
            asked["rawQueryString"] = urlencode(asked["queryStringParameters"], errors="replace")
        if method != "GET" or self._once_in(50):
            self._add_body(asked, route)
        if self._once_in(3):
            self._spoil_headers(asked)
        return asked

    def _path_value(self, name: str) -> str:
        known = {
            "submission_id": sent("capture_lead")["submission_id"],
            "reference": "M90GS-X3XCE",
            "id": "fs-intake",
            "file": self._chance.choice(("lead-form.js", "page.css", "openapi.json", "inbox.js", "index.html")),
        }
        return str(known.get(name, "x")) if self._once_in(3) else self._string()

    def _query(self) -> dict[str, str]:
        return {
            self._chance.choice(QUERY): self._chance.choice(NEARLY_RIGHT) if self._once_in(2) else self._string()
            for _ in range(self._chance.randrange(4))
        }

    def _spoil_headers(self, asked: Json) -> None:
        headers = asked["headers"]
        for _ in range(self._chance.randrange(1, 4)):
            name = self._chance.choice(HEADERS)
            if self._once_in(4):
                headers.pop(name, None)
            else:
                headers[name] = "".join(c for c in self._string() if c not in "\r\n\0" and ord(c) < 256)[:8000]
        if self._once_in(40):
            asked["headers"] = {}

    def _add_body(self, asked: Json, route: Route) -> None:
        makers = (
            lambda: self._structured(route.name),
            lambda: self._mutated(route.name),
            self._raw,
            self._form,
            self._multipart,
        )
        kind, content = self._chance.choices(makers, (8, 8, 4, 2, 1))[0]()
        asked["headers"]["content-type"] = kind
        if self._once_in(30):
            asked |= {"body": content.decode("latin-1"), "isBase64Encoded": True}
        elif self._once_in(2):
            asked |= {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}
        else:
            asked |= {"body": content.decode(errors="surrogateescape" if self._once_in(20) else "replace")}

    def _structured(self, route: str) -> tuple[str, bytes]:
        body = pickle.loads(_honest_body(route))  # noqa: S301  pickled by this module
        if "action" in body:
            body["action"] = self._chance.choice(get_args(ActionName))
        if not self._once_in(40):
            for _ in range(self._chance.randrange(1, 4)):
                self._spoil(body)
        return JSON, json.dumps(body, ensure_ascii=self._once_in(2)).encode(errors="surrogatepass")

    def _spoil(self, body: Json) -> None:
        place: Any = body
        while isinstance(place, dict) and place:
            key = self._chance.choice(list(place))
            if isinstance(place[key], (dict, list)) and place[key] and not self._once_in(5):
                place = place[key]
                continue
            if self._once_in(5):
                del place[key]
            elif self._once_in(5):
                place[self._string()] = self._value()
            else:
                place[key] = self._value()
            return
        if isinstance(place, list):
            place[self._chance.randrange(len(place))] = self._value()

    def _mutated(self, route: str) -> tuple[str, bytes]:
        content = bytearray(_honest_text(route))
        for _ in range(self._chance.choice((1, 1, 2, 5, 20))):
            at = self._chance.randrange(len(content) + 1)
            match self._chance.randrange(5):
                case 0 if at < len(content):
                    content[at] ^= 1 << self._chance.randrange(8)
                case 1:
                    del content[at : at + self._chance.choice((1, 2, 30))]
                case 2:
                    content[at:at] = self._chance.choice(
                        (b'"', b"{", b"]", b"\\", b",", b"\0", b"\xff", b"1e999", b"null")
                    )
                case 3:
                    content[at:at] = content[at : at + self._chance.randrange(1, 40)]
                case _:
                    content[at:at] = self._string().encode(errors="replace")[:300]
        return JSON, bytes(content)

    def _raw(self) -> tuple[str, bytes]:
        kind = self._chance.choice((JSON, JSON, FORM, MULTIPART, "text/plain"))
        if self._once_in(3):
            return kind, self._chance.randbytes(self._chance.choice((1, 10, 100, 3000)))
        return kind, self._chance.choice(self._documents)

    def _fields(self) -> list[tuple[str, str]]:
        codes, options = _codes()
        fields = []
        for _ in range(self._chance.choice((1, 5, 15, 40))):
            name = f"answers.{self._chance.choice(codes)}" if self._once_in(2) else self._chance.choice(PLAIN)
            fields.append((self._string() if self._once_in(20) else name, self._field_value(options)))
        return fields

    def _field_value(self, options: list[str]) -> str:
        if self._once_in(2):
            return self._string()[:3000]
        return self._chance.choice(
            (*("P1", "P3", "all", "fs-intake", "es", "62", "yes", "312 555 0142"), *options[:40])
        )

    def _form(self) -> tuple[str, bytes]:
        fields = self._fields()
        if self._once_in(2):
            return FORM, urlencode(fields, errors="replace").encode()
        pairs = ((name.encode(errors="replace"), value.encode("utf-16", errors="replace")) for name, value in fields)
        return FORM, "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in pairs).encode()

    def _multipart(self) -> tuple[str, bytes]:
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in self._fields()
        ]
        end = self._chance.choice(("--x--\r\n", "--x--", "--y--", "", "--x"))
        return MULTIPART, ("".join(parts) + end).encode(errors="replace")

    def _value(self) -> object:
        match self._chance.randrange(8):
            case 0:
                return self._chance.choice(
                    (None, True, False, [], {}, "", 0, -1, 1.5, 1e308, 8.0, 2**53 + 1, 10**6 + 1)
                )
            case 1:
                return [self._string() for _ in range(self._chance.choice((1, 2, 41)))]
            case 2:
                return {self._string(): self._string()}
            case 3:
                return self._chance.choice(_codes()[1])
            case 4:
                return [self._chance.choice(_codes()[1])]
            case _:
                return self._string()

    def _string(self) -> str:
        if self._once_in(8):
            return "".join(map(chr, self._chance.choices(range(0x20, 0x2FF), k=self._chance.randrange(30))))
        return self._chance.choice(self._strings)

    def _once_in(self, times: int) -> bool:
        return self._chance.randrange(times) == 0


@cache
def _base(staff: bool) -> bytes:
    """Returns a pickled valid request, because unpickling is the fastest way to copy."""
    asked = event("show_lead" if staff else "show_receipt")
    return pickle.dumps({**asked, "pathParameters": None, "queryStringParameters": {}, "rawQueryString": ""})


@cache
def _honest_body(route: str) -> bytes:
    return pickle.dumps(_honest(route))


@cache
def _honest_text(route: str) -> bytes:
    return json.dumps(_honest(route)).encode()


def _honest(route: str) -> Json:
    match route:
        case "POST /screenings":
            return sent("draw_form.screening")
        case "POST /submissions/{submission_id}/answers":
            return sent("capture_lead.answers")
        case "POST /callbacks":
            return sent("capture_lead.callbacks")
        case "POST /intake/google-ads":
            return sent("capture_ad_lead") | {"google_key": ENVIRONMENT["GOOGLE_ADS_KEY"]}
        case "POST /leads/search":
            return {"q": "M90GS-X3XCE"}
        case "PUT /rota":
            return sent("keep_rota.save")
        case "POST /stops":
            return sent("show_receipt.stop")
        case "POST /leads/{reference}/actions":
            return {
                "action": "note",
                "version": 1,
                "text": "called",
                "outcome": "reached",
                "tier": "ROUTINE",
                "reason": "declined",
                "consent": "contact",
                "to": "bo",
                "again_at": "2026-01-14T18:00:00-06:00",
                "booking": {"at": "2027-01-15T09:30:00-06:00", "with_whom": "Dr. Example", "note": "Bring images"},
            }
        case _:
            return sent("capture_lead")
