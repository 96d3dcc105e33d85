"""Serves the whole local service at one address, with its alerts, mails, leads and log below /_local/."""

import html
import http.client
import json
import sys
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from dev.cloud import LocalCloud
from dev.outbox import Outbox, SentAlert

LOCAL = "/_local/"
LEADS = f"{LOCAL}leads/"
MAILS = f"{LOCAL}mails"
SIGN_IN = ("/oauth2/", "/login", "/logout")
HOP_BY_HOP = {"connection", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "date", "server"}
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">{refresh}
<title>{title}</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; color: #1d2733; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
  .note {{ background: #fff4d6; border-left: 4px solid #b7791f; padding: .5rem 1rem }}
  table {{ border-collapse: collapse; width: 100% }}
  th, td {{ text-align: left; vertical-align: top; padding: .5rem; border-bottom: 1px solid #d5dce4 }}
  pre {{ background: #f4f6f8; padding: 1rem; overflow: auto; white-space: pre-wrap }}
  iframe {{ width: 100%; height: 34rem; border: 1px solid #d5dce4 }}
  .EMERGENCY, .URGENT {{ color: #a3180f; font-weight: 600 }}
</style>
<h1>{title}</h1>
<p class="note">For developers, on this machine only: without a sign-in, and never deployed.
<a href="{local}">Alerts</a> ·
<a href="{local}mails">Mails to persons</a> · <a href="{local}logs">Log</a> · <a href="/">The form</a></p>
{body}
</html>"""


class LocalServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints the error, unless a browser disconnected."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Front:
    """A proxy, which `with Front(cloud, outbox, port) as front:` starts at front.address.

    outbox: the collected alerts; None: no pages below /_local/
    port: 0 picks a free port
    """

    def __init__(self, cloud: LocalCloud, outbox: Outbox | None = None, port: int = 0) -> None:
        self._cloud = cloud
        handler = type("Handler", (_Handler,), {"cloud": cloud, "outbox": outbox})
        self._server = LocalServer(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="front", daemon=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._cloud.sign_in_at(self.address)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud: LocalCloud
    outbox: Outbox | None

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if self.outbox is None or not path.startswith(LOCAL):
            self._forward()
        elif path == LOCAL:
            self._show("Outbox: alerts that the topic sent", _outbox_table(self.outbox.alerts), refresh=True)
        elif path == MAILS:
            self._show("Outbox: mails to persons", drawn_mails(self.cloud.mails()))
        elif path == f"{LOCAL}logs":
            self._show("Log of the functions", _log(self.cloud))
        elif path.startswith(LEADS):
            reference = unquote(path.removeprefix(LEADS))
            self._show(f"Lead {reference}, as stored", _lead(self.cloud, reference))
        else:
            self._answer(HTTPStatus.NOT_FOUND, [("content-type", "text/plain")], b"There is no such page.\n")

    def do_POST(self) -> None:
        self._forward()

    do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def _forward(self) -> None:
        api = urlsplit(self.cloud.emulator.endpoint if self.path.startswith(SIGN_IN) else self.cloud.api)
        body = self.rfile.read(int(self.headers.get("content-length") or 0)) or None
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        headers["host"] = self.headers.get("host", "")
        connection = http.client.HTTPConnection(api.netloc, timeout=60)
        try:
            connection.request(self.command, api.path + self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._answer(HTTPStatus.BAD_GATEWAY, [("content-type", "text/plain")], f"{error}\n".encode())
            return
        finally:
            connection.close()
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
        self._answer(answer.status, kept, content)

    def _show(self, title: str, body: str, *, refresh: bool = False) -> None:
        reload = '<meta http-equiv="refresh" content="3">' if refresh else ""
        page = PAGE.format(title=html.escape(title), body=body, refresh=reload, local=LOCAL)
        self._answer(HTTPStatus.OK, [("content-type", "text/html; charset=utf-8")], page.encode())

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _outbox_table(alerts: list[SentAlert]) -> str:
    if not alerts:
        return "<p>Nothing yet. Fill in <a href='/'>the form</a>, and its alert appears here within seconds.</p>"
    rows = "".join(
        f"<tr><td>{html.escape(alert.sent_at)}<td class='{html.escape(alert.tier)}'>{html.escape(alert.subject)}"
        f"<td>{html.escape(alert.kind)}<td>{html.escape(alert.audience)}<td>{_with_links(alert.body)}</tr>"
        for alert in reversed(alerts)
    )
    return f"<p>{len(alerts)} alerts.</p><table><tr><th>Sent<th>Subject<th>Kind<th>For<th>Text</tr>{rows}</table>"


def drawn_mails(mails: list[dict[str, Any]]) -> str:
    """Returns a page with all mails, latest first. A frame without scripts shows each mail's HTML."""
    if not mails:
        return "<p>Nothing yet. A receipt comes within two minutes after Send, if the form has an e-mail address.</p>"
    return "".join(
        f"<h2>{html.escape(mail['Subject'])}</h2>"
        f"<p>{datetime.fromtimestamp(mail['Timestamp'], UTC):%H:%M:%S} UTC, from {html.escape(mail['Source'])} "
        f"to {html.escape(', '.join(mail['To']))}</p>"
        f'<iframe sandbox="allow-popups" srcdoc="{html.escape(mail["BodyHtml"] or "")}"></iframe>'
        f"<details><summary>Plain text</summary><pre>{html.escape(mail['BodyText'])}</pre></details>"
        for mail in reversed(mails)
    )


def _with_links(text: str) -> str:
    words = (html.escape(word) for line in text.splitlines() for word in [*line.split(" "), "\n"])
    linked = (f'<a href="{word}">{word}</a>' if word.startswith("http") else word for word in words)
    return " ".join(linked).replace("\n", "<br>")


def _lead(cloud: LocalCloud, reference: str) -> str:
    """Returns the lead with this reference as HTML.

    Scans the whole table, because the reference is not a key.
    """
    pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=cloud.outputs["LeadsTable"])
    for item in (item for page in pages for item in page["Items"] if "lead" in item):  # a tombstone has no lead
        lead = json.loads(item["lead"]["S"])
        if lead["reference"] == reference:
            index = {key: item[key]["S"] for key in ("due_partition", "next_at") if key in item}
            return _facts(lead | {"in the index of due leads": index or "no"})
    return "<p>No lead here has this reference.</p>"


def _facts(lead: dict[str, Any]) -> str:
    def cell(value: object) -> str:
        if isinstance(value, dict | list):
            return f"<pre>{html.escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
        return html.escape(str(value))

    rows = "".join(f"<tr><th>{html.escape(key)}<td>{cell(value)}</tr>" for key, value in lead.items())
    return f"<table>{rows}</table>"


def _log(cloud: LocalCloud) -> str:
    events = cloud.client("logs").filter_log_events(logGroupName=cloud.resources["Logs"], limit=10_000)["events"]
    lines = [event["message"].rstrip() for event in events[-300:]]
    return f"<p>The latest last.</p><pre>{html.escape(chr(10).join(lines)) or 'Nothing yet.'}</pre>"
