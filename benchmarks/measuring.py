"""Measures a variant's cold start."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.artifacts import PROJECT, Variant
from benchmarks.fake_aws import FakeAws
from dev import template
from dev.emulator import free_port

INVOKE = PROJECT / "benchmarks" / "invoke.py"
PYTHON = getattr(sys, "_base_executable", sys.executable)  # Lambda has no virtual environment
COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
MOST = 300  # maximum duration of a run, in seconds
# The template's environment variables, with invented secrets and accounts.
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",  # pragma: allowlist secret
    "AWS_SESSION_TOKEN": "benchmark",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "ALERT_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:alerts",
    "CLINIC_TIME_ZONE": "America/Chicago",
    "CLINIC_HOURS": "Mon-Fri 08:00-17:00",
    "CLINIC_HOLIDAYS": "",
    "PAGE_HOURS": "Mon-Sun 09:00-21:00",
    "INDEX_SHARDS": "1",
    "PILOT_WITHOUT_APPROVAL": "yes",
    "WEBHOOK_KEY": "YmVuY2htYXJr",
    "POWERTOOLS_SERVICE_NAME": "leads",
    "POWERTOOLS_METRICS_NAMESPACE": "SpineLeads",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
}
# Nothing listens at the X-Ray address, so traces are lost.
LAMBDA = {
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
    "_X_AMZN_TRACE_ID": "Root=1-68b1a2c3-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1",
}


def environment(aws: FakeAws) -> dict[str, str]:
    found = dict.fromkeys(template.variables(), "benchmark") | SETTINGS
    return (
        found
        | LAMBDA
        | {
            "AWS_ENDPOINT_URL": aws.endpoint,
            "API_ADDRESS": aws.plain,
            "WEBHOOK_ADDRESS": aws.plain,
            "PATH": os.environ["PATH"],
        }
    )


@dataclass(frozen=True)
class Run:
    """The result of a run.

    instructions: of the whole process; None: not counted
    init: CPU seconds for importing the handler
    first: CPU seconds for importing the handler and handling the events
    memory: peak memory in KiB
    collections: number of garbage collections after the handler changed the collector's threshold
    status: HTTP status of the last response; None: the response has no status
    """

    instructions: int | None
    init: float
    first: float
    opened: int
    memory: int
    collections: int
    status: int | None
    modules: tuple[str, ...]


def run(variant: Variant, count: str, variables: Mapping[str, str], *, counted: bool) -> Run:
    """Runs a variant once.

    count: the argument COUNT of benchmarks/invoke.py

    Raises:
        RuntimeError: the run failed
    """
    command = [PYTHON, "-s", "-S", "-P", "-B", str(INVOKE), str(variant.folder), variant.handler, str(variant.event)]
    command.append(count)
    if counted:
        counting = ["--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={os.devnull}"]
        command = ["nice", "-n", "10", "valgrind", *counting, *command]
    settings = {**variables, "LAMBDA_TASK_ROOT": str(variant.folder)}
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=MOST, check=False)
    if done.returncode:
        raise RuntimeError(f"{variant.key}: {done.stderr[-1500:]}")
    took: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    found = COUNTED.search(done.stderr) if counted else None
    return Run(
        int(found[1].replace(",", "")) if found else None,
        took.get("init", 0.0),
        took.get("first", 0.0),
        took.get("opened", 0),
        took.get("memory", 0),
        took.get("collections", 0),
        took.get("status"),
        tuple(took["modules"]),
    )


def can_count() -> bool:
    return shutil.which("valgrind") is not None


class RuntimeEmulator:
    """AWS's Lambda Runtime Interface Emulator, from SAM CLI's package, with Lambda's own client (awslambdaric)."""

    def __init__(self, client: Path) -> None:
        self._client = client

    @staticmethod
    def program() -> Path | None:
        return next(PROJECT.glob(".local/sam/lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-x86_64"), None)

    def start(self, variant: Variant, variables: Mapping[str, str]) -> float:
        """Returns the milliseconds of INIT and the first request together.

        Reads the log's INIT REPORT line, because the REPORT line has a wrong Init Duration.
        """
        address, runtime = (f"127.0.0.1:{free_port()}" for _ in range(2))
        path = f"{variant.folder}:{self._client}"
        settings = {"PYTHONPATH": path, "LAMBDA_TASK_ROOT": str(variant.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        program = self.program()
        if program is None:
            raise RuntimeError("the runtime emulator is not installed: make setup")
        with tempfile.TemporaryDirectory() as folder:
            copied = shutil.copy(program, Path(folder) / "rie")
            Path(copied).chmod(0o755)
            log = Path(folder) / "log"
            addresses = ["--runtime-interface-emulator-address", address, "--runtime-api-address", runtime]
            command = [copied, "--log-level", "info", *addresses, PYTHON, "-m", "awslambdaric", variant.handler]
            with log.open("w") as output:
                process = subprocess.Popen(
                    command, env=dict(variables) | settings, cwd=variant.folder, stdout=output, stderr=subprocess.STDOUT
                )
                try:
                    _invoke(f"http://{address}/2015-03-31/functions/function/invocations", variant.event.read_bytes())
                finally:
                    process.terminate()
                    process.wait(20)
            text = log.read_text(errors="replace")
        init = re.search(r"INIT REPORT\(durationMs: ([\d.]+)\)", text)
        first = re.search(r"INVOKE RTDONE\(status: success.*?duration: ([\d.]+)ms\)", text)
        if not init or not first:
            raise RuntimeError(f"{variant.key}: {text[-1500:]}")
        return float(init[1]) + float(first[1])


def _invoke(address: str, event: bytes) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(address, event, timeout=60) as answer:
                answer.read()
                return
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
