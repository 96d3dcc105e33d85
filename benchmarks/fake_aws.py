"""Runs a fake AWS on loopback, over TLS.

The fake responds at once, so that only the function's own work is measured.
"""

import json
import ssl
import threading
import zlib
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import trustme

ANSWERS: dict[str, Mapping[str, Any]] = {
    "Query": {"Items": [], "Count": 0, "ScannedCount": 0},
    # watch_delivery reads canary alerts from a queue
    "ReceiveMessage": {"Messages": [{"MessageId": "1", "ReceiptHandle": "1", "Body": "none"}]},
}
SNS = (
    '<{0}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><{0}Result>'
    "<MessageId>8d1f2b66-0000-4000-8000-000000000000</MessageId><Subscriptions/></{0}Result>"
    "<ResponseMetadata><RequestId>8d1f2b66-0000-4000-8000-000000000000</RequestId></ResponseMetadata></{0}Response>"
)


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: "_Server"

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        target = self.headers.get("x-amz-target", "").rpartition(".")[2]
        self.server.calls.append(target or "other")
        if target == "PutItem" and b'"lead"' in sent:
            self.server.kept = json.loads(sent)["Item"]
        if target:
            found: Mapping[str, Any] = ANSWERS.get(target, {})
            if target == "GetItem" and self.server.kept:
                found = {"Item": self.server.kept}
            self._send(json.dumps(found).encode(), "application/x-amz-json-1.0")
        elif b"Action=" in sent:
            action = sent.partition(b"Action=")[2].partition(b"&")[0].decode()
            self._send(SNS.format(action).encode(), "text/xml")
        else:
            self._send(b'{"reference": "none"}', "application/json", 201)

    def _send(self, body: bytes, content_type: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("x-amzn-requestid", "8D1F2B660000400080000000000000008D1F2B6600004000800")
        self.send_header("x-amz-crc32", str(zlib.crc32(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    calls: list[str]
    kept: dict[str, Any] | None


class FakeAws:
    """A fake AWS, which `with FakeAws() as aws:` starts at aws.endpoint.

    calls: names of the called operations; callers may clear the list
    """

    def __init__(self) -> None:
        authority = trustme.CA()
        self.authority = authority.cert_pem.bytes()
        self._certificate = authority.issue_cert("localhost", "127.0.0.1")
        self._secure, self._plain = _Server(("127.0.0.1", 0), _Answer), _Server(("127.0.0.1", 0), _Answer)
        self.calls: list[str] = []

    def __enter__(self) -> Self:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        self._secure.socket = context.wrap_socket(self._secure.socket, server_side=True)
        for server in (self._secure, self._plain):
            server.calls, server.kept = self.calls, None
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in (self._secure, self._plain):
            server.shutdown()
            server.server_close()

    @property
    def endpoint(self) -> str:
        return f"https://localhost:{self._secure.server_address[1]}"

    @property
    def plain(self) -> str:
        """The address without TLS, for webhooks and the canary."""
        return f"http://127.0.0.1:{self._plain.server_address[1]}/"


def trust(folder: Path, authority: bytes) -> None:
    """Adds the fake's certificate authority, in PEM, to a deployment package."""
    shipped = folder / "botocore" / "cacert.pem"
    certificates = shipped.read_bytes()
    shipped.unlink()  # writing to this hard link would change the original
    shipped.write_bytes(certificates + b"\n" + authority)
