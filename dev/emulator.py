"""Runs the AWS emulator (ministack) as a child process on loopback."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

ENVIRONMENT = Path(__file__).resolve().parent.parent / ".local" / "ministack"
START_WITHIN = 30
FUNCTIONS_END_WITHIN = 3  # seconds; the emulator would wait for functions without limit
STOP_WITHIN = 20  # seconds in which the emulator can save its state

# The base interpreter cannot import the emulator's packages, so a missing dependency fails as on Lambda. If this
# process ends on Linux, prctl makes the kernel send SIGTERM to the emulator, which then saves its state. The emulator
# has no TLS, so LAUNCHER makes every request count as sent over TLS.
LAUNCHER = """
import ctypes, runpy, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
sys.path.insert(0, sys.argv.pop(1))
import ministack.app
pin = ministack.app.pin_request_origin
ministack.app.pin_request_origin = lambda address, _secure: pin(address, True)
runpy.run_module("ministack", run_name="__main__")
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Emulator:
    """The emulator, which `with Emulator(state, packages) as emulator:` starts at emulator.endpoint.

    state: folder for the emulator's data
    packages: folder with the functions' dependencies; None: deployment packages contain them
    enforced: whether the emulator applies the roles' policies, instead of allowing every call
    """

    def __init__(self, state: Path, packages: Path | None, *, enforced: bool = False) -> None:
        self.state = state.resolve()
        self.packages = packages
        self.enforced = enforced
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.log = self.state / "emulator.log"
        self.log_level = "WARNING"
        self._process: subprocess.Popen[bytes] | None = None
        self._temporary = ""

    @staticmethod
    def python() -> Path:
        python = ENVIRONMENT / "bin" / "python"
        if not python.exists():
            sys.exit("The local cloud is not installed yet: `make setup`.")
        return python.resolve()

    def __enter__(self) -> Self:
        self.state.mkdir(parents=True, exist_ok=True)
        self._forget_stream_positions()
        self._temporary = tempfile.mkdtemp(prefix="local-cloud-")
        packages = next(ENVIRONMENT.glob("lib/python3*/site-packages"))
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(self.python()), "-s", "-c", LAUNCHER, str(packages)],
                env=self._environment(self._temporary),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C must reach only this process
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._stop(self._process)
        if self._temporary:
            # The functions' unpacked code has some 10,000 files, so it is deleted in the background.
            command = ["sh", "-c", 'rm -rf -- "$0" >/dev/null 2>&1 &', self._temporary]
            subprocess.run(command, check=True, start_new_session=True)

    def ends(self, within: float | None = None) -> bool:
        """Waits at most `within` seconds for the emulator's end, and returns whether it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process:
                self._process.wait(within)
                return True
        return False

    @property
    def lost(self) -> bool:
        """Whether the emulator ended without saving its state."""
        return bool(self._process and self._process.poll())

    @staticmethod
    def _stop(process: subprocess.Popen[bytes]) -> None:
        """Stops the emulator and its functions, which share a process group.

        Stops slow functions first, because the emulator saves its state only after all functions have ended.
        """
        if process.poll() is None:
            process.terminate()
            for seconds in (FUNCTIONS_END_WITHIN, STOP_WITHIN):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(seconds)
                    break
                os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _forget_stream_positions(self) -> None:
        """Deletes the positions up to which functions have read the table's streams.

        The emulator saves the positions but not the streams, so functions would wait forever.
        """
        kept = self.state / "services" / "lambda.json"
        if kept.exists():
            content = json.loads(kept.read_text())
            content.get("payload", content)["dynamodb_stream_positions"]["data"] = {}
            kept.write_text(json.dumps(content))

    def _environment(self, temporary: str) -> dict[str, str]:
        """Returns an environment without the credentials, settings and proxies of this process."""
        return {
            "PATH": os.defpath,
            "HOME": temporary,
            "TMPDIR": temporary,
            "LANG": "C.UTF-8",
            **({"PYTHONPATH": str(self.packages)} if self.packages else {}),
            "AUTH": str(self.enforced).lower(),
            "BIND_HOST": "127.0.0.1",  # the default is every interface
            "GATEWAY_PORT": str(self.port),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.state / "services"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.state / "s3"),
            "LOG_LEVEL": self.log_level,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            if self._process and self._process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=1).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"The emulator did not start; the end of its log:\n{self.log.read_text()[-2000:]}")
