from __future__ import annotations

import json
import urllib.request
from pathlib import Path

SUBMISSION = Path(__file__).parents[1] / "data" / "submission.json"


def test_the_readmes_submission_is_received_and_received_again(site: str) -> None:
    receipts = []
    for _ in range(2):
        request = urllib.request.Request(
            site + "submissions", SUBMISSION.read_bytes(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            receipts.append(json.load(answer))
    assert receipts[0] == receipts[1]
    assert receipts[0]["disposition"] == "next-business-day-call"
