"""Serves a site that embeds the form, as another provider's site would.

The site has its own origin, a strict content security policy and a narrow column.
"""

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

FOLDER = Path(__file__).parent
MEDIA_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}


def file(path: str, clinic: str) -> tuple[bytes, dict[str, str]] | None:
    """Returns the content and headers of a file of the site, or None.

    clinic: address of our service
    """
    found = FOLDER / (path.strip("/") or "index.html")
    if found.parent != FOLDER or found.suffix not in MEDIA_TYPES or not found.is_file():
        return None
    content = found.read_text(encoding="utf-8").replace("{{clinic}}", clinic).encode()
    return content, {"content-type": MEDIA_TYPES[found.suffix], "content-security-policy": policy(clinic)}


def policy(clinic: str) -> str:
    address = urlsplit(clinic)
    ours = f"{address.scheme}://{address.netloc}"
    return (
        f"default-src 'none'; script-src 'self' {ours}; connect-src {ours}; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types lead-form"
    )


class Demo:
    """The site's server, which `with Demo(port) as demo:` starts at demo.address. Port 0 picks a free port."""

    def __init__(self, port: int, clinic: str = "") -> None:
        self._handler: type[_Handler] = type("Handler", (_Handler,), {"clinic": clinic})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="demo", daemon=True)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.address = f"{self.origin}/"

    def embed(self, clinic: str) -> None:
        self._handler.clinic = clinic

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    clinic: str

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        found = file(path, self.clinic)
        if found is None:
            self.send_response(HTTPStatus.NO_CONTENT if path == "/favicon.ico" else HTTPStatus.NOT_FOUND)
            self.end_headers()
            return
        content, headers = found
        self.send_response(HTTPStatus.OK)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass
