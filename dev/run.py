"""`make run`: runs the service on this machine, at one address, until Ctrl-C or SIGTERM.

The service saves leads in .local/state for the next run, and deploys each saved source file.
"""

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from rich.console import Console
from watchfiles import PythonFilter, watch

from dev import samples
from dev.announcing import Announcer
from dev.cloud import PARAMETERS, PASSWORD, STAFF, LocalCloud
from dev.demo import Demo
from dev.front import LOCAL, Front
from dev.load_rules import load_rules
from dev.outbox import Outbox
from infra.build import check_data
from shared.http.landing_page import about_clinic

PROJECT = Path(__file__).resolve().parent.parent
STATE = PROJECT / ".local" / "state"
CODE = tuple(PROJECT / name for name in ("functions", "shared", "web"))
TEMPLATE = PROJECT / "infra" / "template.yaml"
LAST_PORT = 65534
LOST = "The local cloud stopped. What came in since the last start is lost. Start again: make run"

console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    arguments = _arguments()
    load_rules()
    try:
        about_clinic()
    except ValueError as error:
        sys.exit(f"not started: {error}")
    signal.signal(signal.SIGTERM, _stop)
    site = f"http://127.0.0.1:{arguments.port}/"
    cloud: LocalCloud | None = None
    try:
        with _lock(arguments.state, site):
            _check_port(arguments.port)
            if arguments.fresh:
                shutil.rmtree(arguments.state / "cloud", ignore_errors=True)
            _check_state(arguments.state / "cloud")
            console.print("Starting the local cloud and deploying infra/template.yaml to it ...")
            with _demo(site, arguments.port + 1) as demo:
                origins = f"{PARAMETERS['AllowedOrigins']},{demo.origin}"
                cloud = LocalCloud(arguments.state / "cloud", {"AllowedOrigins": origins}, site.removesuffix("/"))
                _serve(cloud, demo, site, arguments)
    except KeyboardInterrupt:
        pass
    except Exception:
        if not (cloud and cloud.emulator.lost):
            raise
    if cloud and cloud.emulator.lost:
        sys.exit(LOST)
    console.print("Stopped. What was stored is kept; `make run FRESH=1` starts empty.")


def _serve(cloud: LocalCloud, demo: Demo, site: str, arguments: argparse.Namespace) -> None:
    started = time.monotonic()
    with ExitStack() as running:
        running.enter_context(cloud)
        outbox = running.enter_context(Outbox(cloud, Announcer(console.print, f"{site.removesuffix('/')}{LOCAL}")))
        running.enter_context(Front(cloud, outbox, arguments.port))
        _warm_up(site)
        console.print(f"Ready after {time.monotonic() - started:.0f} s.")
        running.enter_context(_deploy_changes(cloud))
        if arguments.samples:
            samples.send(site, arguments.samples, console)
        _print_addresses(site, demo.address, cloud.emulator.endpoint, arguments.state)
        cloud.emulator.ends()


def _stop(number: int, frame: FrameType | None) -> None:
    """Ignores further SIGTERMs, because make sends one too."""
    signal.signal(number, signal.SIG_IGN)
    signal.default_int_handler(number, frame)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run", description="The service on this machine")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--samples", type=int, default=0, metavar="N", help="send N sample leads")
    parser.add_argument("--state", type=Path, default=STATE, metavar="FOLDER", help="where leads and alerts are kept")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs stored")
    arguments = parser.parse_args()
    if not 1 <= arguments.port <= LAST_PORT:
        parser.error(f"PORT (--port) must be from 1 to {LAST_PORT}: the page on another site uses the next port")
    if arguments.samples < 0:
        parser.error("SAMPLES (--samples) must not be negative")
    return arguments


@contextlib.contextmanager
def _lock(state: Path, site: str) -> Iterator[None]:
    """Locks the state folder, because two running services would overwrite each other's data."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "running").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            sys.exit(f"The service is already running at {lock.read()}; stop it in its terminal with Ctrl-C.")
        lock.truncate(0)
        lock.write(site)
        lock.flush()
        yield


def _check_state(cloud: Path) -> None:
    """Ends the program if a file of the emulator's state is damaged, because the emulator would overwrite the file."""
    for path in sorted(cloud.glob("services/*.json")):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            sys.exit(f"{os.path.relpath(path)} is damaged. `make run FRESH=1` deletes what is stored and starts empty.")


def _check_port(port: int) -> None:
    if _in_use(port):
        free = next((n for n in range(port + 1, LAST_PORT + 1) if not _in_use(n) and not _in_use(n + 1)), None)
        sys.exit(f"Port {port} is in use; choose another" + (f": make run PORT={free}" if free else ""))


def _in_use(port: int) -> bool:
    """Returns whether another program uses the port. Ends this program if the port is forbidden."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return True
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except PermissionError:
        sys.exit(f"This user may not serve at port {port}; choose another: make run PORT=8080")
    except OSError:
        return True
    return False


def _warm_up(site: str) -> None:
    def get(path: str) -> None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(site + path, timeout=30).close()

    with ThreadPoolExecutor() as pool:
        list(pool.map(get, ["", f"questionnaires/{samples.QUESTIONNAIRE}"]))


def _demo(site: str, port: int) -> Demo:
    """Returns the server of the demo site. If `port` is in use, picks a free port."""
    try:
        return Demo(port, site)
    except OSError:
        return Demo(0, site)


def _print_addresses(site: str, demo: str, endpoint: str, state: Path) -> None:
    console.print(f"""
  The form           [link={site}]{site}[/link]
  On another site    [link={demo}]{demo}[/link]
  The inbox          {site}inbox  (sign in as {", ".join(STAFF)}; password {PASSWORD}; on AWS also a code from an app)
  Alerts (outbox)    {site.removesuffix("/")}{LOCAL}
  Mails to persons   {site.removesuffix("/")}{LOCAL}mails
  Log of functions   {site.removesuffix("/")}{LOCAL}logs
  The local cloud    {endpoint}  (make redrive ENDPOINT={endpoint})
  What is stored     {os.path.relpath(state)}/  (written when the service stops)
escalate_leads runs every minute. Saved changes are live in seconds. Ctrl-C stops.
""")


@contextlib.contextmanager
def _deploy_changes(cloud: LocalCloud) -> Iterator[None]:
    stopping = threading.Event()
    thread = threading.Thread(target=_watch, args=(cloud, stopping), name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _watch(cloud: LocalCloud, stopping: threading.Event) -> None:
    sources = PythonFilter(extra_extensions=(".toml", ".html", ".css", ".js", ".svg", ".yaml"))
    for changes in watch(*CODE, TEMPLATE, watch_filter=sources, stop_event=stopping, raise_interrupt=False):
        names = sorted({str(Path(path).relative_to(PROJECT)) for _, path in changes})
        started = time.monotonic()
        try:
            check_data()  # without valid data, no function could start
            if any(Path(path) == TEMPLATE for _, path in changes):
                cloud.deploy()
            else:
                cloud.update_code()
        except Exception as error:  # noqa: BLE001  # the file may be half saved; the next save tries again
            console.print(f"[red]changed[/] {', '.join(names)}: not live: {error}")
        else:
            console.print(f"[green]changed[/] {', '.join(names)}: live after {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
