from __future__ import annotations

import base64
import copy
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.rulebook.loading import FOLDER

EVENTS = Path(__file__).resolve().parents[2] / "events"
Json = dict[str, Any]
VERSION = tomllib.loads((FOLDER / "fs-intake.toml").read_text(encoding="utf-8"))["version"]
FORM_VERSION = re.compile(r'(?<=\\"id\\":\\"fs-intake\\",\\"version\\":\\")[\d.]+')

# Changes to the answers in events/capture_lead.json. All but MINOR are named after the resulting tier.
PRIORITY: Json = {}
ROUTINE: Json = {"dx": ["none"], "imaging": "none", "tx": ["none"], "spread": ["none"], "sx": ["pain"], "fn": "some"}
URGENT: Json = {"sys": ["fever"], "change": "yes"}
EMERGENCY: Json = {"em-now": ["chest-pressure"]}
NOT_A_FIT: Json = {"region": ["other"]}
MINOR: Json = {"age": 16, "who": "guardian"}
LEAD_ID = "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90"


@dataclass
class Context:
    function_name: str = "leads"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:leads"
    aws_request_id: str = "8d1f2b66-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 6_000


CONTEXT = Context()


def event(name: str) -> Json:
    """Returns the event in events/`name`.json, with the questionnaire's current version."""
    found: Json = json.loads(FORM_VERSION.sub(VERSION, (EVENTS / f"{name}.json").read_text()))
    return found


def sent(name: str) -> Json:
    found: Json = json.loads(event(name)["body"])
    return found


def posting(name: str, body: object, *, encoded: bool = False) -> Json:
    """Returns the event in events/`name`.json with another body.

    encoded: whether to encode a text in Base64; bytes always are
    """
    content = body if isinstance(body, (bytes, str)) else json.dumps(body)
    posted = event(name)
    if isinstance(content, bytes) or encoded:
        raw = content if isinstance(content, bytes) else content.encode()
        return posted | {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
    return posted | {"body": content}


def submission(answers: Json | None = None, **changes: Any) -> Json:
    """Returns the submission in events/capture_lead.json with changes. None removes a field."""
    body = copy.deepcopy(sent("capture_lead"))
    body["answers"] = {key: value for key, value in (body["answers"] | (answers or {})).items() if value is not None}
    return {key: value for key, value in (body | changes).items() if value is not None}


def minor_submission(**answers: Any) -> Json:
    return submission(MINOR | answers, contact=None, consents=None)


def stream_of(*lead_ids: str) -> Json:
    batch = event("alert_staff")
    record = batch["Records"][0]
    batch["Records"] = []
    for number, lead_id in enumerate(lead_ids):
        one = copy.deepcopy(record)
        one["dynamodb"]["Keys"]["lead_id"]["S"] = lead_id
        one["dynamodb"]["SequenceNumber"] = str(int(record["dynamodb"]["SequenceNumber"]) + number)
        batch["Records"].append(one)
    return batch


def spool_of(*entries: str) -> Json:
    batch = event("replay_submissions")
    [record] = batch["Records"]
    batch["Records"] = [
        record | {"messageId": f"message-{number}", "body": body} for number, body in enumerate(entries)
    ]
    return batch


def content(response: Json) -> Json:
    found: Json = json.loads(response["body"])
    return found


def pointers(response: Json) -> list[str]:
    return [error["pointer"] for error in content(response)["errors"]]
