"""Removes unused parts of the dependencies, because they slow down each cold start.

To skip a step, delete it from STEPS. This module needs only the standard library.
"""

import gzip
import json
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

# AWS service -> the operations that the functions call. botocore describes 400 services, which takes 25 MB.
AWS_CALLS: dict[str, tuple[str, ...]] = {
    "cognito-idp": ("ListUsersInGroup",),
    "dynamodb": ("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"),
    "sesv2": ("SendEmail",),
    "sns": ("ListSubscriptionsByTopic", "Publish"),
    "sqs": ("DeleteMessage", "ReceiveMessage", "SendMessage"),
}
ADDRESSES = {*AWS_CALLS, "email"}  # botocore's list of endpoints calls sesv2 "email"
# Without endpoint-rule-set-1, botocore finds the same endpoints in the file `endpoints`, which is faster.
DESCRIPTIONS = ("service-2", "paginators-1")
SETTINGS = ("endpoints", "_retry", "sdk-default-configuration")
# Glob patterns of packages and files that no function uses. `dns` and `deliverability` look up domains.
# `shortdata` is about emergency numbers, such as 911. RECORD lists files for an installer.
UNUSED = (
    *("bin", ".lock", "*.dist-info/RECORD", "dns", "email_validator/deliverability.py"),
    *("boto3/crt.py", "boto3/data", "boto3/dynamodb", "boto3/ec2", "boto3/examples", "boto3/s3"),
    *("s3transfer/crt.py", "s3transfer/processpool.py"),
    *("phonenumbers/shortdata/region_*", "pydantic/v1", "pydantic/mypy.py"),
    "aws_lambda_powertools/event_handler",
    *(
        f"aws_lambda_powertools/utilities/{name}"
        for name in (
            "auth_alpha",
            "circuit_breaker",
            "data_masking",
            "feature_flags",
            "idempotency",
            "kafka",
            "parameters",
            "streaming",
            "validation",
        )
    ),
)
# The certificate of every AWS endpoint chains to one of these authorities (https://www.amazontrust.com/repository/).
AUTHORITIES = re.compile(r'^# Label: "(?:Amazon Root CA [1-4]|Starfield .*)"$', re.MULTILINE)


def slim(folder: Path) -> None:
    for step in STEPS:
        step(folder)


def leave_out_packages(folder: Path) -> None:
    for path in [path for pattern in UNUSED for path in folder.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def keep_called_operations(folder: Path) -> None:
    data = folder / "botocore" / "data"
    full = data.rename(data.with_name("full"))
    for service, operations in AWS_CALLS.items():
        version = max(path for path in (full / service).iterdir() if path.is_dir())
        for name in DESCRIPTIONS:
            if (found := _read(version / name)) is not None:
                _write(data / service / version.name / name, _called_parts(found, operations))
    for name in SETTINGS:
        _write(data / name, _read(full / name))
    endpoints = _read(data / "endpoints")
    for partition in endpoints["partitions"]:
        partition["services"] = {name: entry for name, entry in partition["services"].items() if name in ADDRESSES}
    _write(data / "endpoints", endpoints)
    shutil.rmtree(full)


def keep_amazon_authorities(folder: Path) -> None:
    """Removes the certificate authorities that AWS does not use, which are most of about 130.

    To trust a proxy's authority, set AWS_CA_BUNDLE to the path of another bundle.
    """
    bundle = folder / "botocore" / "cacert.pem"
    entries = bundle.read_text(encoding="utf-8").split("\n# Issuer:")[1:]
    kept = [f"# Issuer:{entry.rstrip()}\n" for entry in entries if AUTHORITIES.search(entry)]
    _rewrite(bundle, "\n".join(kept))


STEPS = (
    leave_out_packages,
    keep_called_operations,
    keep_amazon_authorities,
)


def _rewrite(path: Path, text: str) -> None:
    path.unlink()  # the file may be a hard link into the installer's cache
    path.write_text(text, encoding="utf-8")


def _called_parts(description: dict[str, Any], operations: Iterable[str]) -> dict[str, Any]:
    if "pagination" in description:
        return {"pagination": {name: entry for name, entry in description["pagination"].items() if name in operations}}
    if "operations" not in description:
        return description
    called = {name: entry for name, entry in description["operations"].items() if name in operations}
    shapes = _used_shapes(called.values(), description["shapes"])
    kept: dict[str, Any] = _without_documentation(description | {"operations": called, "shapes": shapes})
    return kept


def _used_shapes(operations: Iterable[Mapping[str, Any]], shapes: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the shapes of the inputs, outputs and errors of these operations."""
    found: dict[str, Any] = {}
    waiting = list(_references(list(operations)))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = shapes[name]
            waiting += _references(shapes[name])
    return dict(sorted(found.items()))


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for entry in value.values():
            yield from _references(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _references(entry)


def _without_documentation(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_documentation(entry)
            for key, entry in value.items()
            if not (key == "documentation" and isinstance(entry, str))
        }
    return [_without_documentation(entry) for entry in value] if isinstance(value, list) else value


def _read(path: Path) -> Any:
    packed, plain = path.with_name(f"{path.name}.json.gz"), path.with_name(f"{path.name}.json")
    if packed.exists():
        return json.loads(gzip.decompress(packed.read_bytes()))
    return json.loads(plain.read_bytes()) if plain.exists() else None


def _write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f"{path.name}.json").write_text(json.dumps(value, separators=(",", ":")), encoding="utf-8")
