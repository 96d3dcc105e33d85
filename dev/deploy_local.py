"""`make deploy-local`: tries out a deployment with SAM CLI. The emulator takes the place of AWS.

The program deploys a copy of the project as two stacks, dev and prod. The emulator enforces the roles' policies. At the
end, the program deletes the stacks and lists what the emulator cannot show.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from dev import drill, smoke
from dev.cloud import PARAMETERS
from dev.emulator import Emulator
from dev.stage import Stage, StepFailedError, call, console, expect, outputs_of, step
from dev.template import REGION
from infra.build import LAMBDA_PYTHON

PROJECT = Path(__file__).resolve().parent.parent
SAM = PROJECT / ".local" / "sam" / "bin" / "sam"
STAGE, BESIDE = "dev", "prod"
# Without PilotWithoutApproval, the form of prod stays closed until the rules are signed.
CLOSED = {"PilotWithoutApproval": "no"}
COPIED = ("functions", "shared", "web", "infra", "locks", "dev", "pyproject.toml")
RULES = "shared/rulebook/fs-triage.toml"
THRESHOLD = re.compile(r"(?<=\nat_least = )\d+(?=\ntier =)")  # the lowest fit score that makes a lead PRIORITY
# The emulator has no CodeDeploy, so GradualDeployment must be "false". The emulator uses only the defaults of
# parameters when it expands SAM.
GRADUAL, AT_ONCE = (f'GradualDeployment: {{Type: String, Default: "{default}"' for default in ("true", "false"))
SPOOL = ("SpooledSubmissions", "FailedSubmissions")  # queues that may hold the only copy of a submission
NAMED_IN_THEIR_PARENT = {"Clinicians", "Desk", "Managers", "Administrators", "ApiStage", "SettingsVersion"}
DENIED = ("AccessDenied", "AuthorizationError", "not authorized")
BY_SCHEDULE = ("EscalateLeads", "SendDigest", "RetireLeads")
# Function -> the call that its role must allow, and the calls that the role must refuse.
REFUSED = {
    "CaptureLead": ("put", ("scan", "delete", "publish")),
    "ShowLead": ("get", ("put", "delete", "scan", "publish")),
    "AlertStaff": ("publish", ("delete", "scan")),
    "RetireLeads": ("delete", ("scan", "publish")),
}
NOT_SHOWN = """What the emulator cannot show, and AWS does (docs/aws-smoke-test.md):
  encryption, throttling, point-in-time recovery, deletion protection and a custom domain have no effect;
  a new version gets all calls at once: there is no CodeDeploy here;
  e-mails and texts are not sent, so nobody confirms a subscription;
  the API has no address of its own, so the hourly canary does not run (tests/e2e/test_delivery_canary.py runs it);
  the trust policy for API Gateway's calls, and the account's quotas, are not checked."""


class Sam:
    """SAM CLI on a copy of the project, with the emulator in place of AWS."""

    def __init__(self, project: Path, endpoint: str) -> None:
        self._infra = project / "infra"
        self._log = project / "sam.log"
        ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        # The build may need other variables to fetch packages.
        self._environment = {
            **ours,
            "PATH": f"{Emulator.python().parent}:{os.environ.get('PATH', os.defpath)}",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "1",
        }

    def run(self, *arguments: str) -> None:
        """Runs one SAM command.

        Raises:
            RuntimeError: the command failed; the error includes the last output
        """
        with self._log.open("wb") as log:
            done = subprocess.run(
                [str(SAM), *arguments],
                cwd=self._infra,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=600,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"sam {' '.join(arguments[:1])} failed:\n{self._log.read_text()[-3000:]}")

    def build(self) -> None:
        self.run("build")

    def deploy(self, stage: str = STAGE, parameters: dict[str, str] | None = None) -> None:
        given = [f"{name}={json.dumps(value)}" for name, value in (PARAMETERS | (parameters or {})).items()]
        self.run("deploy", "--config-env", stage, "--no-confirm-changeset", "--parameter-overrides", *given)


class Local:
    """A stack on the emulator."""

    def __init__(self, emulator: Emulator, stack: str) -> None:
        self.emulator = emulator
        self.stack = stack
        self._session = boto3.session.Session()

    def client(self, service: str, key: str = "test", secret: str = "test") -> Any:  # noqa: S107
        return self._session.client(  # type: ignore[call-overload]  # a different class for each service
            service,
            endpoint_url=self.emulator.endpoint,
            region_name=REGION,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": 1}, read_timeout=120),
        )

    def stage(self) -> Stage:
        outputs = outputs_of(self.stack, self.client)
        site = f"{self.emulator.endpoint}/_aws/execute-api/{outputs['ApiId']}/$default"
        return Stage(self.stack, self.client, outputs, site, self.emulator.endpoint)

    def resources(self) -> dict[str, str]:
        listed = self.client("cloudformation").describe_stack_resources(StackName=self.stack)["StackResources"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in listed}

    def denials(self) -> list[str]:
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=self.resources()["Logs"])
        lines = [event["message"] for page in pages for event in page["events"]]
        expect(lines, "the functions have logged nothing")
        return [line for line in lines if any(word in line for word in DENIED)]


def main() -> None:
    argparse.ArgumentParser(prog="make deploy-local", description=__doc__).parse_args()
    if sys.version_info[:2] != LAMBDA_PYTHON and not _runs_what_is_shipped():
        sys.exit("The functions are built for Python {}.{}; the local cloud needs it too.".format(*LAMBDA_PYTHON))
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="deploy-local-") as folder:
        project = Path(folder) / "project"
        _copy(project)
        try:
            with Emulator(Path(folder) / "state", None, enforced=True) as emulator:
                _show(project, emulator)
        except (StepFailedError, RuntimeError) as error:
            sys.exit(str(error))
    console.print(f"\nAll of it works, in {time.monotonic() - started:.0f} s.\n{NOT_SHOWN}")


def _runs_what_is_shipped() -> bool:
    command = [str(Emulator.python()), "-c", f"import sys; sys.exit(sys.version_info[:2] != {LAMBDA_PYTHON})"]
    return subprocess.run(command, check=False).returncode == 0


def _copy(project: Path) -> None:
    unwanted = shutil.ignore_patterns("__pycache__", ".aws-sam", "node_modules")
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=unwanted)
        else:
            shutil.copyfile(source, project / name)
    (project / ".local").symlink_to(PROJECT / ".local")
    template = project / "infra" / "template.yaml"
    written = template.read_text(encoding="utf-8")
    expect(
        written.count(GRADUAL) == 1,
        "the template's GradualDeployment has changed: update GRADUAL in dev/deploy_local.py",
    )
    template.write_text(written.replace(GRADUAL, AT_ONCE), encoding="utf-8")


def _show(project: Path, emulator: Emulator) -> None:
    sam = Sam(project, emulator.endpoint)
    config = tomllib.loads((project / "infra" / "samconfig.toml").read_text(encoding="utf-8"))
    local, beside = (Local(emulator, config[name]["deploy"]["parameters"]["stack_name"]) for name in (STAGE, BESIDE))
    console.print("[bold]Deploy[/] to an empty account")
    with step("sam build"):
        sam.build()
    with step(f"sam deploy --config-env {STAGE}, once"):
        sam.deploy()
    with step(f"sam deploy --config-env {BESIDE}, beside it"):
        sam.deploy(BESIDE, CLOSED)
    stage = local.stage()
    with step("The functions start"):
        for path in ("", "/questionnaires/fs-intake"):
            call("GET", f"{stage.site}{path}")
    with step(f"The two share nothing, and {BESIDE} is closed until its rules are signed"):
        _share_nothing(local, beside)
    console.print("[bold]A lead's journey[/]: the same steps as `make smoke` on AWS")
    smoke.journey(stage)
    console.print("[bold]Restore drill[/]: the same steps as `make drill`")
    drill.rehearse(stage, drill.place_of(stage))
    console.print("[bold]Least privilege[/]")
    _privileges(local)
    console.print("[bold]A changed rule, and its rollback[/]")
    _change_a_rule(project, sam, stage)
    console.print("[bold]Delete[/]")
    _delete(sam, local, beside)


def _share_nothing(local: Local, beside: Local) -> None:
    ours, theirs = local.resources(), beside.resources()
    expect(set(ours) == set(theirs), "the stacks have different resources")
    shared = [name for name in ours if ours[name] == theirs[name] and name not in NAMED_IN_THEIR_PARENT]
    expect(not shared, f"both stacks have the same {', '.join(shared)}")
    answer = smoke.submit(beside.stage(), smoke.test_lead())
    expect(answer.status == HTTPStatus.FORBIDDEN, f"a form at {beside.stack} is {answer.status}")
    expect("911" in answer.body.decode(), "the refusal has no emergency advice")


def _privileges(local: Local) -> None:
    resources = local.resources()
    for function in BY_SCHEDULE:
        with step(f"{function} does its work"):
            done = local.client("lambda").invoke(FunctionName=resources[function])
            expect("FunctionError" not in done, f"{function} failed")
    with step("No function was refused a call"):
        denials = local.denials()
        expect(not denials, f"the log has {len(denials)} refused calls")
    for function, (allowed, refused) in REFUSED.items():
        with step(f"With the grants of {function}: {allowed} is allowed; {', '.join(refused)} are refused"):
            with _user_with_policies_of(local, resources[f"{function}Role"]) as (key, secret):
                for action in (allowed, *refused):
                    expect(
                        _is_allowed(local, action, key, secret) == (action == allowed),
                        f"{action} is {'refused' if action == allowed else 'allowed'}",
                    )


@contextmanager
def _user_with_policies_of(local: Local, role: str) -> Iterator[tuple[str, str]]:
    """Yields the access key id and secret key of a user with the role's policies."""
    iam, name = local.client("iam"), f"like-{role}"[:64]
    iam.create_user(UserName=name)
    policies = iam.list_role_policies(RoleName=role)["PolicyNames"]
    for policy in policies:
        document = json.dumps(iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"])
        iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    try:
        yield key["AccessKeyId"], key["SecretAccessKey"]
    finally:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        for policy in policies:
            iam.delete_user_policy(UserName=name, PolicyName=policy)
        iam.delete_user(UserName=name)


def _is_allowed(local: Local, action: str, key: str, secret: str) -> bool:
    outputs = local.stage().outputs
    table, unknown = outputs["LeadsTable"], {"lead_id": {"S": "no-such-lead"}}
    dynamodb, sns = (local.client(service, key, secret) for service in ("dynamodb", "sns"))
    try:
        match action:
            case "put":
                dynamodb.put_item(TableName=table, Item=unknown)
            case "get":
                dynamodb.get_item(TableName=table, Key=unknown)
            case "delete":
                dynamodb.delete_item(TableName=table, Key=unknown)
            case "scan":
                dynamodb.scan(TableName=table, Limit=1)
            case _:
                sns.publish(TopicArn=outputs["AlertTopicArn"], Message="Not about a lead.")
    except ClientError as error:
        if error.response["Error"]["Code"] not in DENIED and "AccessDenied" not in error.response["Error"]["Code"]:
            raise
        return False
    return True


def _change_a_rule(project: Path, sam: Sam, stage: Stage) -> None:
    rules = project / RULES
    earlier = rules.read_text(encoding="utf-8")
    expect(len(THRESHOLD.findall(earlier)) == 1, f"{RULES} has changed: update THRESHOLD in dev/deploy_local.py")
    with step("Before: the sample lead gets its call by the next business day"):
        expect(_disposition(stage) == "next-business-day-call", "it gets another disposition")
    for what, text, disposition in (
        ("A higher threshold", THRESHOLD.sub("99", earlier), "contact-within-two-business-days"),
        ("The earlier version", earlier, "next-business-day-call"),
    ):
        with step(f"{what}: sam build and sam deploy"):
            rules.write_text(text, encoding="utf-8")
            sam.build()
            sam.deploy()
        with step(f"{what}: the same answers now get {disposition}"):
            found = _disposition(stage)
            expect(found == disposition, f"they get {found}")


def _disposition(stage: Stage) -> str:
    answer = smoke.submit(stage, smoke.test_lead())
    expect(answer.status == 201, f"POST /submissions is {answer.status}, not 201")  # noqa: PLR2004
    return str(answer.json["disposition"])


def _delete(sam: Sam, *stacks: Local) -> None:
    kept = [(local, local.stage().outputs, local.resources()) for local in stacks]
    dynamodb, table = stacks[0].client("dynamodb"), stacks[0].stage().outputs["LeadsTable"]
    leads = dynamodb.scan(TableName=table, Select="COUNT")["Count"]
    for local in stacks:
        with step(f"sam delete {local.stack}"):
            sam.run("delete", "--stack-name", local.stack, "--region", REGION, "--no-prompts")
    with step(f"The {leads} leads, the access log, the erasures, the staff, the keys and the spool stay"):
        expect(dynamodb.scan(TableName=table, Select="COUNT")["Count"] == leads > 0, "leads are gone")
        for local, outputs, resources in kept:
            for name in ("AccessLog", "Erasures"):
                dynamodb.describe_table(TableName=outputs[name])
            local.client("cognito-idp").describe_user_pool(UserPoolId=outputs["StaffPoolId"])
            local.client("secretsmanager").describe_secret(SecretId=resources["PersonKey"])
            key = local.client("kms").describe_key(KeyId=resources["RecordsKey"])["KeyMetadata"]
            expect(key["Enabled"], "the key that everything stored is encrypted with is gone")
        queues = {url.rsplit("/", 1)[-1] for url in stacks[0].client("sqs").list_queues()["QueueUrls"]}
        expected = {resources[name].rsplit("/", 1)[-1] for _, _, resources in kept for name in SPOOL}
        expect(queues == expected, f"queues: {len(queues - expected)} too many, {len(expected - queues)} too few")
    with step("Nothing else stays: no function, API, topic or role"):
        client = stacks[0].client
        left = {
            "functions": client("lambda").list_functions()["Functions"],
            "APIs": client("apigatewayv2").get_apis()["Items"],
            "topics": client("sns").list_topics()["Topics"],
            "roles": client("iam").list_roles()["Roles"],
        }
        expect(not any(left.values()), f"left: {', '.join(name for name, found in left.items() if found)}")


if __name__ == "__main__":
    main()
