"""Tests that the build leaves out only data that no function needs."""

from __future__ import annotations

import ast
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from dev import template
from infra import build, slimming

PROJECT = Path(__file__).parents[2]
SOURCES = sorted((*PROJECT.glob("shared/**/*.py"), *PROJECT.glob("functions/*.py")))
CALLED = {xform_name(operation) for operations in slimming.AWS_CALLS.values() for operation in operations}
NOT_OPERATIONS = {"exceptions", "get_paginator", "meta", "can_paginate", "get_waiter", "close"}

pytestmark = [pytest.mark.build, pytest.mark.xdist_group("build")]


@pytest.fixture(scope="module")
def shipped() -> Path:
    """Provides the deployed dependencies, but for this machine's Python."""
    return build.dependencies(sys.version_info[:2], None)


def is_client(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.endswith(("client", "dynamodb", "sns", "sqs"))


def operations(source: str) -> Iterator[str]:
    """Yields names of AWS operations in the code.

    An AWS client is any object whose name ends in client, dynamodb, sns or sqs.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and is_client(node.value) and node.attr not in NOT_OPERATIONS:
            yield node.attr
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get_paginator":
            yield ast.literal_eval(node.args[0])


def test_every_operation_that_the_code_calls_is_shipped_and_no_other() -> None:
    called = {name for path in SOURCES for name in operations(path.read_text()) if name in known()}

    assert called == CALLED, "fix AWS_CALLS in infra/slimming.py"


def known() -> set[str]:
    session = botocore.session.get_session()
    models = [session.get_service_model(service) for service in session.get_available_services() if service in COVERED]
    return {xform_name(operation) for model in models for operation in model.operation_names}


COVERED = {
    "dynamodb",
    "sns",
    "sqs",
    "sesv2",
    "s3",
    "kms",
    "lambda",
    "secretsmanager",
    "events",
    "ssm",
    "cognito-idp",
    "logs",
}


def test_a_call_is_found() -> None:
    source = 'self._client.send_message(X=1)\nclient.get_paginator("scan")\nother.close()\nclient.exceptions.Gone'

    assert set(operations(source)) == {"send_message", "scan"}


def test_every_operation_that_the_template_grants_is_shipped() -> None:
    granted = set(re.findall(r"\b(dynamodb|sns|sqs):(\w+)", (PROJECT / "infra/template.yaml").read_text()))
    by_aws = {("sqs", "SendMessage")} | {
        (service, name) for service, name in granted if "Stream" in name or name == "*"
    }
    shipped = {(service, name) for service, names in slimming.AWS_CALLS.items() for name in names}

    assert granted - by_aws <= shipped


def session_of(folder: Path) -> Any:
    session = botocore.session.Session()
    session.set_config_variable("data_path", str(folder / "botocore" / "data"))
    loader = session.get_component("data_loader")
    loader._search_paths[:] = [str(folder / "botocore" / "data")]
    return session


KEYS: Any = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
NEW_REGION = "us-east-9"


@pytest.mark.parametrize("service", slimming.AWS_CALLS)
def test_requests_go_to_the_same_addresses_as_with_the_endpoint_rules(shipped: Path, service: str) -> None:
    """Without the endpoint rules, botocore takes the URLs from endpoints.json."""
    full, slim = botocore.session.Session(), session_of(shipped)
    partitions = full.get_available_partitions()
    regions = [region for name in partitions for region in full.get_available_regions(service, name)]

    assert len(regions) > 20
    for region in (*regions, NEW_REGION):
        assert sent(slim, service, region) == sent(full, service, region)
    host, path = ("email", "v2/email/outbound-emails") if service == "sesv2" else (service, "")
    assert sent(slim, service, NEW_REGION)[0] == f"https://{host}.{NEW_REGION}.amazonaws.com/{path}"


class Sent(Exception):
    """Stops a request before it leaves this machine."""


def sent(session: Any, service: str, region: str) -> tuple[str, str]:
    """Returns the URL of an unsent request, and the region and service in its signature."""

    def stop(request: Any, **_: object) -> None:
        scope = re.search(rb"Credential=testing/\d+/([^,]+)", request.headers["authorization"])
        raise Sent(request.url, scope and scope[1].decode())

    client = session.create_client(service, region, **KEYS)
    client.meta.events.register_first(f"before-send.{service}", stop)
    call, arguments = CALLS[service]
    with pytest.raises(Sent) as stopped:
        getattr(client, call)(**arguments)
    address, signed_for = stopped.value.args
    return address, signed_for


CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "cognito-idp": ("list_users_in_group", {"UserPoolId": "us-east-1_EXAMPLE", "GroupName": "desk"}),
    "dynamodb": ("get_item", {"TableName": "leads", "Key": {"lead_id": {"S": "1"}}}),
    "sns": ("publish", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:alerts", "Message": "test"}),
    "sqs": (
        "send_message",
        {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/spool", "MessageBody": "test"},
    ),
    "sesv2": ("send_email", {"Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}}),
}


@pytest.mark.parametrize("service", slimming.AWS_CALLS)
@pytest.mark.parametrize("region", [template.REGION, "us-gov-west-1", "eu-central-1"])
def test_a_client_has_the_same_shapes_as_with_the_full_description(shipped: Path, service: str, region: str) -> None:
    full = botocore.session.Session().create_client(service, region, **KEYS)
    slim = session_of(shipped).create_client(service, region, **KEYS)

    assert slim.meta.endpoint_url == full.meta.endpoint_url
    assert slim.meta.service_model.metadata == full.meta.service_model.metadata
    for operation in slimming.AWS_CALLS[service]:
        ours, theirs = (one.meta.service_model.operation_model(operation) for one in (slim, full))
        assert described(ours) == described(theirs)
        assert slim.can_paginate(xform_name(operation)) == full.can_paginate(xform_name(operation))


def described(operation: Any) -> object:
    shapes = [operation.input_shape, operation.output_shape, *operation.error_shapes]
    model = slimming._without_documentation(operation._operation_model)
    return model, [shape and shape_of(shape, frozenset()) for shape in shapes]


def shape_of(shape: Any, above: frozenset[str]) -> object:
    if shape.name in above:  # a shape that contains itself, such as AttributeValue
        return shape.name
    match shape.type_name:
        case "structure":
            within = dict(shape.members)
        case "list":
            within = {"member": shape.member}
        case "map":
            within = {"key": shape.key, "value": shape.value}
        case _:
            within = {}
    own = slimming._without_documentation(shape._shape_model)
    return own, {name: shape_of(part, above | {shape.name}) for name, part in within.items()}


def test_the_certificate_authorities_are_amazons(shipped: Path) -> None:
    """Source of the fingerprints: https://www.amazontrust.com/repository/"""
    bundle = shipped / "botocore" / "cacert.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(bundle)
    fingerprints = set(re.findall(r"# SHA256 Fingerprint: ([0-9a-f:]+)", bundle.read_text()))

    assert len(context.get_ca_certs()) == len(fingerprints) == 7
    assert fingerprints >= {entry.lower() for entry in PUBLISHED}


PUBLISHED = (
    # Amazon Root CA 1
    "8E:CD:E6:88:4F:3D:87:B1:12:5B:A3:1A:C3:FC:B1:3D:70:16:DE:7F:57:CC:90:4F:E1:CB:97:C6:AE:98:19:6E",
    # Amazon Root CA 2
    "1B:A5:B2:AA:8C:65:40:1A:82:96:01:18:F8:0B:EC:4F:62:30:4D:83:CE:C4:71:3A:19:C3:9C:01:1E:A4:6D:B4",
    # Amazon Root CA 3
    "18:CE:6C:FE:7B:F1:4E:60:B2:E3:47:B8:DF:E8:68:CB:31:D0:2E:BB:3A:DA:27:15:69:F5:03:43:B4:6D:B3:A4",
    # Amazon Root CA 4
    "E3:5D:28:41:9E:D0:20:25:CF:A6:90:38:CD:62:39:62:45:8D:A5:C6:95:FB:DE:A3:C2:2B:0B:FB:25:89:70:92",
    # Starfield Services Root Certificate Authority - G2
    "56:8D:69:05:A2:C8:87:08:A4:B3:02:51:90:ED:CF:ED:B1:97:4A:60:6A:13:C6:E5:29:0F:CB:2A:E6:3E:DA:B5",
)


def test_each_slimming_step_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dns").mkdir()
    monkeypatch.setattr(slimming, "STEPS", ())
    slimming.slim(tmp_path)
    assert (tmp_path / "dns").exists()

    monkeypatch.setattr(slimming, "STEPS", (slimming.leave_out_packages,))
    slimming.slim(tmp_path)
    assert not (tmp_path / "dns").exists()


def test_nothing_that_is_shipped_imports_what_is_left_out(shipped: Path) -> None:
    gone = [name.replace("/", ".").removesuffix("_*") for name in slimming.UNUSED if name[0] != "*"]
    for path in (*SOURCES, *shipped.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            for name in named:
                assert not any(f"{name}.".startswith(f"{left}.") for left in gone), f"{path.name} imports {name}"


def test_the_numbers_of_every_country_are_still_known(shipped: Path) -> None:
    program = """
import sys
sys.path.insert(0, sys.argv[1])
import phonenumbers as numbers
for region in numbers.SUPPORTED_REGIONS:
    example = numbers.example_number(region)
    written = numbers.format_number(example, numbers.PhoneNumberFormat.E164)
    assert numbers.is_valid_number(numbers.parse(written)), region
"""
    done = subprocess.run([sys.executable, "-I", "-S", "-B", "-c", program, str(shipped)], check=False)
    assert done.returncode == 0


def test_powertools_batch_loads_after_pydantic(shipped: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import pydantic; import aws_lambda_powertools.utilities.batch"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-B", "-c", program, str(shipped)], check=False)
    assert done.returncode == 0
