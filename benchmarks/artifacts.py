"""Builds the deployment packages that the benchmarks measure."""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import build

PROJECT = Path(__file__).resolve().parent.parent
BUILT = PROJECT / "build" / "benchmarks"
PEERS = PROJECT / "benchmarks" / "peers"
HERE = sys.version_info[:2]
EVENT = PROJECT / "events" / "capture_lead.json"
# Chalice does not deploy these packages, because only its command line needs them.
COMMAND_LINE = ("pip", "setuptools", "wheel", "blessed", "click", "inquirer", "jinxed", "readchar", "editor", "wcwidth")


@dataclass(frozen=True)
class Variant:
    """A deployment package and its measured handler.

    handler: name, as in Lambda's configuration
    event: JSON file with one event or a list of events
    """

    key: str
    title: str
    folder: Path
    handler: str
    event: Path


def ours(*functions: str, where: Path = BUILT) -> list[Variant]:
    folder = where / (functions[0] if len(functions) == 1 else "all")
    same = build.LAMBDA_PYTHON == HERE and sys.platform == "linux"
    build.bundle(functions, folder, HERE, build.LAMBDA_PLATFORM if same else None)
    return [
        Variant(name, name, folder, f"functions.{name}.handler", PROJECT / "events" / f"{name}.json")
        for name in functions
    ]


def peers() -> list[Variant]:
    rest = BUILT / "rest-event.json"
    BUILT.mkdir(parents=True, exist_ok=True)
    rest.write_text(json.dumps(_as_rest(json.loads(EVENT.read_text()))))
    return [
        _peer("a", "json, boto3 client", "client", "boto3"),
        _peer("b", "json, boto3 resource", "resource", "boto3"),
        _peer("c", "Powertools with resolver, validation, Tracer", "powertools", "powertools"),
        _peer("d", "pydantic, Logger, Metrics", "validated", "powertools"),
        _peer("e", "FastAPI, Mangum", "asgi", "fastapi"),
        _peer("f", "Chalice", "chalice_app", "chalice", rest),
    ]


def floor(variant: Variant) -> Variant:
    """Returns a copy of the variant that runs the handler in benchmarks/peers/floor.py."""
    folder = BUILT / "floor"
    shutil.rmtree(folder, ignore_errors=True)
    build.link_tree(variant.folder, folder)
    shutil.copyfile(PEERS / "floor.py", folder / "floor.py")
    build.compile_all(HERE, folder / "floor.py", root=folder)
    return Variant("floor", "the libraries alone, as shipped", folder, "floor.handler", EVENT)


def without_pyc(variant: Variant) -> Variant:
    folder = variant.folder.with_name(f"{variant.folder.name}-without-pyc")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(variant.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return Variant(f"{variant.key}-", f"{variant.title}, no .pyc", folder, variant.handler, variant.event)


def size(variant: Variant) -> int:
    """Returns the unzipped size in bytes."""
    return sum(path.stat().st_size for path in variant.folder.rglob("*") if path.is_file())


def _peer(key: str, title: str, module: str, lock: str, event: Path = EVENT) -> Variant:
    """Builds a peer with .pyc files, so that compiling is not measured."""
    folder, cache = BUILT / key, BUILT / f"packages-{lock}"
    if not cache.exists():
        build.install(cache, PROJECT / "locks" / "benchmarks" / f"peer-{lock}.txt", HERE, None)
        for name in COMMAND_LINE:
            shutil.rmtree(cache / name, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    build.link_tree(cache, folder)
    for name in (module, "rules", "models"):
        shutil.copyfile(PEERS / f"{name}.py", folder / f"{name}.py")
    build.compile_all(HERE, folder, root=folder)
    return Variant(key, title, folder, f"{module}.handler", event)


def _as_rest(event: dict[str, Any]) -> dict[str, Any]:
    """Returns the event in the format of API Gateway's REST APIs, which Chalice expects."""
    path = event["rawPath"]
    return {
        "resource": path,
        "path": path,
        "httpMethod": "POST",
        "headers": event["headers"],
        "multiValueHeaders": {name: [value] for name, value in event["headers"].items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"resourcePath": path, "httpMethod": "POST", "identity": {"sourceIp": "203.0.113.10"}},
        "body": event["body"],
        "isBase64Encoded": False,
    }
