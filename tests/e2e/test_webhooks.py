"""Tests that a pager, here a server on this machine, gets a signed webhook."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook as Judge

from dev.cloud import LocalCloud
from dev.front import Front
from tests.e2e.conftest import Json, Service, eventually

pytestmark = pytest.mark.slow

Received = list[tuple[dict[str, str], bytes]]


def pager(got: Received) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def test_a_pager_gets_a_signed_webhook(tmp_path: Path, submission: Json) -> None:
    got: Received = []
    server = pager(got)
    address = f"http://127.0.0.1:{server.server_port}/hook"
    with LocalCloud(tmp_path, {"WebhookAddress": address}) as cloud, Front(cloud) as front:
        reference = Service(front.address).submit(submission).json["reference"]
        eventually(lambda: got, "a webhook")
        key = cloud.client("secretsmanager").get_secret_value(SecretId=cloud.resources["WebhookKey"])["SecretString"]
    server.shutdown()
    server.server_close()

    headers, body = got[0]
    sent = Judge(f"whsec_{key}").verify(body, headers)
    assert (sent["type"], sent["data"]["reference"], sent["data"]["tier"]) == (
        "lead.new",
        reference,
        "PRIORITY",
    )
    assert sent["data"]["link"].endswith(reference)
