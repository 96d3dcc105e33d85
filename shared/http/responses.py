"""Answers as API Gateway takes them. What a JSON answer holds: visitor_responses.py and staff_responses.py."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.http.requests import Request
    from shared.http.visitor_responses import ResponseModel

Response = dict[str, Any]

GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
SECURITY = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


def respond(status: HTTPStatus, body: ResponseModel, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer that no cache may keep, unless `headers` say otherwise."""
    return {
        "statusCode": int(status),
        "headers": {"content-type": "application/json", "cache-control": "no-store", **SECURITY, **(headers or {})},
        "body": body.as_json(),
    }


def document(content: str, content_type: str, headers: Mapping[str, str]) -> Response:
    """An answer that is not JSON of our own, and that no cache may keep."""
    always = {"content-type": content_type, "cache-control": "no-store", **SECURITY}
    return {"statusCode": int(HTTPStatus.OK), "headers": always | dict(headers), "body": content}


def cacheable(
    request: Request, content: bytes, content_type: str, max_age: int, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with a strong ETag, compressed for who takes it so; 304 when the client has it already.

    `max_age` in seconds.
    """
    compressed = GZIP.search(request.header("accept-encoding")) is not None
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}{"-gzip" if compressed else ""}"'
    caching = {**SECURITY, "etag": etag, "cache-control": f"public, max-age={max_age}", **(headers or {})}
    caching["vary"] = ", ".join(filter(None, [caching.get("vary"), "accept-encoding"]))
    if etag in (tag.strip().removeprefix("W/") for tag in request.header("if-none-match").split(",")):
        return {"statusCode": int(HTTPStatus.NOT_MODIFIED), "headers": caching, "body": ""}
    answer: Response = {"statusCode": 200, "headers": {"content-type": content_type, **caching}}
    if not compressed:
        return answer | {"body": content.decode()}
    answer["headers"]["content-encoding"] = "gzip"
    return answer | {"body": base64.b64encode(_gzipped(content)).decode(), "isBase64Encoded": True}


@lru_cache(maxsize=32)  # there are fewer files and questionnaires
def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
