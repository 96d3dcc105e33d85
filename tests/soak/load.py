"""The load test: many visitors send forms over HTTP at the same time.

on_the_local_cloud tests the path from gateway to topic. behind_a_server tests only capture_lead, on moto.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from dev.cloud import LocalCloud
from dev.outbox import Outbox
from functions import capture_lead, escalate_leads
from shared.domain.leads.lead import reference_of
from tests.faults.plans import quiet_world
from tests.functions.calls import CONTEXT, URGENT, event, posting, submission
from tests.soak.check import Found, Histogram, Piece

AT_ONCE = 8
ATTEMPTS = 3
ALERTED_WITHIN = 180  # seconds; enough for two sweeps
TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Load:
    """The measurements of a load test.

    took: milliseconds until the response -> number of responses
    seconds: duration of the load
    """

    statuses: Counter[int]
    took: Histogram
    seconds: float

    def found(self, lead_ids: list[str], stored: set[str], alerted: set[str]) -> Found:
        missing, silent = set(lead_ids) - stored, set(lead_ids) - alerted
        wrong = [f"{times} answers had status {status}" for status, times in self.statuses.items() if status >= 400]
        wrong += [f"{len(missing)} leads were received but not stored"] if missing else []
        wrong += [f"{len(silent)} leads were never alerted"] if silent else []
        counts = Counter({f"status {status}": times for status, times in self.statuses.items()})
        held = {round(len(lead_ids) / self.seconds): 1}
        return Found(len(lead_ids), wrong, counts, {"answer after, ms": self.took, "submissions in a second": held})


def send_all(address: str, lead_ids: list[str]) -> Load:
    statuses, took, writing = Counter[int](), Histogram(), threading.Lock()

    def send(lead_id: str) -> None:
        body = json.dumps(submission(URGENT, submission_id=lead_id))
        for _ in range(ATTEMPTS):
            began = time.perf_counter()
            status = _post(address, body)
            spent = round((time.perf_counter() - began) * 1000)
            with writing:
                statuses[status] += 1
                took[spent] = took.get(spent, 0) + 1
            if status != 503:
                return

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(send, lead_ids))
    return Load(statuses, took, time.perf_counter() - began)


def _post(address: str, body: str) -> int:
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=TIMEOUT)
    try:
        connection.request("POST", f"{parts.path}/submissions", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer.status


def _ids(piece: Piece) -> list[str]:
    numbers = range(piece.first, piece.first + piece.count)
    return [str(UUID(int=(piece.seed << 64) + number, version=4)) for number in numbers]


def on_the_local_cloud(piece: Piece) -> Found:
    lead_ids = _ids(piece)
    with tempfile.TemporaryDirectory() as folder, LocalCloud(Path(folder)) as cloud, Outbox(cloud) as outbox:
        _post(cloud.api, json.dumps(submission(URGENT)))
        load = send_all(cloud.api, lead_ids)
        names = {reference_of(UUID(lead_id)): lead_id for lead_id in lead_ids}
        alerted: set[str] = set()
        deadline = time.monotonic() + ALERTED_WITHIN
        while len(alerted) < len(lead_ids) and time.monotonic() < deadline:
            time.sleep(1)
            alerted = {names[word] for alert in outbox.alerts for word in alert.body.split() if word in names}
        pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=cloud.resources["LeadsTable"])
        stored = {item["lead_id"]["S"] for page in pages for item in page["Items"]}
    return load.found(lead_ids, stored, alerted)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        answer: Any = capture_lead.handler(posting("capture_lead", body.decode()), CONTEXT)
        content = answer["body"].encode()
        self.send_response(answer["statusCode"])
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    request_queue_size = 8 * AT_ONCE  # a client waits a second if the queue is full


def behind_a_server(piece: Piece) -> Found:
    lead_ids = _ids(piece)
    with quiet_world() as made, _Server(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        load = send_all(f"http://127.0.0.1:{server.server_port}", lead_ids)
        server.shutdown()
        escalate_leads.handler(event("escalate_leads"), CONTEXT)
        alerted = {reference for reference, _ in made.alerts}
        stored = {lead["lead_id"] for lead in made.stored()}
    return load.found(lead_ids, stored, {i for i in lead_ids if reference_of(UUID(i)) in alerted})
