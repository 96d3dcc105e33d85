"""Serves the functions as one WSGI application."""

from __future__ import annotations

import base64
import gzip
import importlib
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from dev import template
from infra.build import module_name
from tests.functions.calls import CONTEXT

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


class LambdaWsgi:
    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], str, Handler]] = []
        for route, function in template.routes().items():
            method, path = route.split(" ")
            pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))
            module = importlib.import_module(f"functions.{module_name(function)}")
            self._routes.append((method, pattern, route, module.handler))

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answer = self._answer(environ)
        status = HTTPStatus(answer["statusCode"])
        headers = dict(answer.get("headers", {}))
        body = answer.get("body", "")
        content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        if headers.pop("content-encoding", "") == "gzip":  # the test's WSGI client does not decompress bodies
            content = gzip.decompress(content)
        start_response(f"{status.value} {status.phrase}", list(headers.items()))
        return [content]

    def _answer(self, environ: dict[str, Any]) -> dict[str, Any]:
        raw_path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        for method, pattern, route, handler in self._routes:
            match = pattern.fullmatch(raw_path)
            if match and method == environ["REQUEST_METHOD"]:
                return handler(_event(environ, route, raw_path, match.groupdict()), CONTEXT)
        return {
            "statusCode": 404,
            "headers": {"content-type": "application/json"},
            "body": '{"message":"Not Found"}',
        }


def _event(environ: dict[str, Any], route: str, path: str, parameters: dict[str, str]) -> dict[str, Any]:
    headers = {key[5:].lower().replace("_", "-"): value for key, value in environ.items() if key.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    query = environ.get("QUERY_STRING", "")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "http": {"method": environ["REQUEST_METHOD"], "path": path, "sourceIp": "203.0.113.10", "userAgent": ""},
            "requestId": "r",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = dict(parse_qsl(query, keep_blank_values=True))
    if parameters:
        event["pathParameters"] = {name: unquote(value) for name, value in parameters.items()}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if body:
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return event
