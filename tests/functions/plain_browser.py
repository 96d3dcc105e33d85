"""Simulates a browser without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from functions import capture_lead, draw_form, show_receipt
from tests.functions.calls import CONTEXT, Json, event

SITE = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
HANDLERS: dict[str, Callable[[Any, Any], Json]] = {
    "GET /form": draw_form.handler,
    "POST /form": draw_form.handler,
    "POST /submissions": capture_lead.handler,
    "POST /callbacks": capture_lead.handler,
    "GET /received/{submission_id}": show_receipt.handler,
}
Fields = list[tuple[str, str]]


def form_post(path: str, fields: Fields, headers: dict[str, str] | None = None) -> Json:
    return body_post(path, urlencode(fields), "application/x-www-form-urlencoded", headers)


def body_post(path: str, body: str, content_type: str, headers: dict[str, str] | None = None) -> Json:
    posted = event("show_receipt")
    posted["headers"] |= {"content-type": content_type, "origin": "null"} | (headers or {})
    posted |= {"routeKey": f"POST {path}", "rawPath": path, "body": body, "pathParameters": None}
    posted["requestContext"]["http"] |= {"method": "POST", "path": path}
    return posted


class PlainBrowser:
    def __init__(self) -> None:
        self.answer: Json = {}
        self.url = f"{SITE}/form"
        self.page = BeautifulSoup("", "html.parser")

    def open(self, url: str = "form", headers: dict[str, str] | None = None) -> PlainBrowser:
        parts = urlsplit(urljoin(self.url, url))
        self.url = parts.geturl()
        asked = event("draw_form")
        route, parameters = "GET /form", None
        if parts.path.startswith("/received/"):
            route = "GET /received/{submission_id}"
            parameters = {"submission_id": parts.path.removeprefix("/received/")}
        asked |= {
            "routeKey": route,
            "rawPath": parts.path,
            "rawQueryString": parts.query,
            "queryStringParameters": dict(parse_qsl(parts.query)),
            "pathParameters": parameters,
        }
        asked["headers"] |= headers or {}
        return self._show(HANDLERS[route](asked, CONTEXT))

    def fill(self, values: dict[str, Any]) -> PlainBrowser:
        for key, value in values.items():
            name = key if "." in key else f"answers.{key}"
            for choice in value if isinstance(value, list) else [value]:
                self._fill_one(name, str(choice))
        return self

    def _fill_one(self, name: str, value: str) -> None:
        fields = [field for field in self.page.select("input, textarea") if field.get("name") == name]
        fields = [field for field in fields if field.get("type") != "hidden"]
        assert fields, f"{name} is not on this page"
        if fields[0].get("type") not in ("radio", "checkbox"):
            fields[0]["value"] = value
            return
        for field in fields:
            if field.get("type") == "radio":
                del field["checked"]
            if field["value"] == value:
                field["checked"] = ""
                return
        raise AssertionError(f"{name} has no option {value}")

    def fields(self, button: str) -> tuple[str, Fields]:
        named = (
            one for one in self.page.select("button") if button in (one.get_text(strip=True), one.get("aria-label"))
        )
        pressed = next(named)
        form = pressed.find_parent("form")
        assert isinstance(form, Tag)
        sent: Fields = []
        for field in form.select("input, textarea"):
            if field.get("type") in ("radio", "checkbox") and not field.has_attr("checked"):
                continue
            text = field.get("value") if field.name == "input" or field.has_attr("value") else field.get_text()
            sent.append((str(field["name"]), str(text or "").removeprefix("\n")))
        if pressed.get("name"):
            sent.append((str(pressed["name"]), str(pressed["value"])))
        return urljoin(self.url, str(pressed.get("formaction") or form["action"])), sent

    def press(self, button: str, *, follow: bool = True) -> PlainBrowser:
        self.url, fields = self.fields(button)
        path = urlsplit(self.url).path
        answer = HANDLERS[f"POST {path}"](form_post(path, fields), CONTEXT)
        if follow and answer["statusCode"] == 303:
            return self.open(answer["headers"]["location"])
        return self._show(answer)

    def _show(self, answer: Json) -> PlainBrowser:
        self.answer = answer
        self.page = BeautifulSoup(answer["body"], "html.parser")
        return self

    @property
    def status(self) -> int:
        return int(self.answer["statusCode"])

    @property
    def title(self) -> str:
        found = self.page.select("h1")
        assert len(found) == 1
        return found[0].get_text(strip=True)

    @property
    def text(self) -> str:
        return " ".join(self.page.get_text(" ").split())

    @property
    def questions(self) -> list[str]:
        names = [str(field["name"]) for field in self.page.select("input, textarea") if field.get("type") != "hidden"]
        return list(dict.fromkeys(name.removeprefix("answers.") for name in names if name.startswith("answers.")))

    @property
    def errors(self) -> dict[str, str]:
        """Returns field id -> error text. Checks that the error summary links to these fields."""
        beside = {
            str(error["id"]).removesuffix("-error"): error.get_text(strip=True) for error in self.page.select("p.error")
        }
        linked = dict.fromkeys(str(link["href"]).removeprefix("#") for link in self.page.select(".summary a"))
        assert list(beside) == list(linked)
        assert all(self.page.find(id=target) for target in linked)
        return beside
