"""Builds responses for API Gateway."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.http.requests import Request
    from shared.http.visitor_responses import ResponseModel

Response = dict[str, Any]

CSV = "text/csv; charset=utf-8; header=present"
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
SECURITY = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


def respond(status: HTTPStatus, body: ResponseModel, headers: Mapping[str, str] | None = None) -> Response:
    """Caches do not store the response by default."""
    return {
        "statusCode": int(status),
        "headers": {"content-type": "application/json", "cache-control": "no-store", **SECURITY, **(headers or {})},
        "body": body.as_json(),
    }


def document(content: str, content_type: str, headers: Mapping[str, str]) -> Response:
    always = {"content-type": content_type, "cache-control": "no-store", **SECURITY}
    return {"statusCode": int(HTTPStatus.OK), "headers": always | dict(headers), "body": content}


def cacheable(
    request: Request, content: bytes, content_type: str, max_age: int, headers: Mapping[str, str]
) -> Response:
    """Returns a response with a strong ETag, or 304 if the client already has the content.

    `vary: origin` is necessary because API Gateway adds CORS headers only to requests with an Origin.

    max_age: how long the client may keep the response, in seconds.
    """
    binary = content_type == "image/png"
    compressed = not binary and GZIP.search(request.header("accept-encoding")) is not None
    etag = f'"{hashlib.sha256(content).hexdigest()[:12]}{"z" if compressed else ""}"'
    caching = {**SECURITY, "etag": etag, "cache-control": f"public, max-age={max_age}", **headers}
    caching["vary"] = ", ".join(filter(None, [caching.get("vary"), "accept-encoding, origin"]))
    if etag in (tag.strip().removeprefix("W/") for tag in request.header("if-none-match").split(",")):
        return {"statusCode": int(HTTPStatus.NOT_MODIFIED), "headers": caching, "body": ""}
    answer: Response = {"statusCode": 200, "headers": {"content-type": content_type, **caching}}
    if binary:
        return answer | {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}
    if not compressed:
        return answer | {"body": content.decode()}
    answer["headers"]["content-encoding"] = "gzip"
    return answer | {"body": base64.b64encode(_gzipped(content)).decode(), "isBase64Encoded": True}


@lru_cache(maxsize=32)  # room for all files and questionnaires
def _gzipped(content: bytes) -> bytes:
    # wbits + 16 selects the gzip format; memLevel 7 compresses the form's script best
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS + 16, memLevel=7)
    return packer.compress(content) + packer.flush()
