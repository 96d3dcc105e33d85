"""Deploys the real template, with the current code, to the emulator on this machine.

The emulator ignores the template's CORS settings and has another address (docs/decisions/0003). A further queue
receives every alert, so that developers can read the alerts.
"""

import hashlib
import io
import json
import re
import shutil
import string
import subprocess
import sys
import time
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config

from dev import template
from dev.emulator import Emulator

PROJECT = Path(__file__).resolve().parent.parent
STACK = "local"
BUCKET = "local-artifacts"
OUTBOX = "LocalOutbox"
DEPLOY_WITHIN = 120
ALIAS = "live"
PARAMETERS = {
    "ClinicName": "Example Spine Clinic",
    "ClinicPhone": "(312) 555-0100",
    "AlertEmail": "alerts@clinic.example",
    "SenderEmail": "office@clinic.example",
    "BookingLink": "https://booking.clinic.example/",
    "AllowedOrigins": "http://localhost:8000,http://127.0.0.1:8000",  # sites that may embed the form
    "PilotWithoutApproval": "yes",  # opens the form without signed rules
    "GradualDeployment": "false",  # the emulator has no CodeDeploy
}
STAFF = {"nurse": "clinician", "desk": "desk", "manager": "manager", "admin": "admin"}  # user -> group
ADDRESS = "https://leads.clinic.example"
PASSWORD = "Only-on-this-machine-1"  # noqa: S105  # pragma: allowlist secret  (the same for all users)
SIGN_IN_FLOWS = (  # Cognito resets these settings if an update does not repeat them
    "ClientName",
    "SupportedIdentityProviders",
    "AllowedOAuthFlowsUserPoolClient",
    "AllowedOAuthFlows",
    "AllowedOAuthScopes",
    "ExplicitAuthFlows",
    "AccessTokenValidity",
    "IdTokenValidity",
    "RefreshTokenValidity",
    "TokenValidityUnits",
    "PreventUserExistenceErrors",
    "EnableTokenRevocation",
)


class LocalCloud:
    """The service on the emulator, which `with LocalCloud(state) as cloud:` starts at cloud.api.

    state: folder for what the emulator stores
    parameters: template parameters besides PARAMETERS, or instead of them
    address: the service's address in alerts, without a slash at the end
    """

    def __init__(self, state: Path, parameters: dict[str, str] | None = None, address: str = ADDRESS) -> None:
        self.parameters = PARAMETERS | (parameters or {})
        self.address = address
        self.state = state
        self.emulator = Emulator(state, dependencies())
        self.outputs: dict[str, str] = {}
        self.resources: dict[str, str] = {}  # logical id -> physical id
        self._site = ""
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.enter_context(self.emulator)
            self.deploy()
            self._exit = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    @property
    def api(self) -> str:
        """The base address, without a slash at the end."""
        return f"{self.emulator.endpoint}/_aws/execute-api/{self.outputs['ApiId']}/$default"

    @property
    def outbox(self) -> str:
        """The URL of the queue that receives every alert to staff."""
        return self.resources[OUTBOX]

    def client(self, service: str) -> Any:
        """Returns a boto3 client for the emulator, which ignores the AWS settings of the environment."""
        return boto3.session.Session().client(  # type: ignore[call-overload]  # a different class for each service
            service,
            endpoint_url=self.emulator.endpoint,
            region_name=template.REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=60),
        )

    def deploy(self) -> None:
        key = self._upload_code()
        self.client("sesv2").create_email_identity(EmailIdentity=self.parameters["SenderEmail"].partition("@")[2])
        expanded = template.expand(self.parameters, BUCKET, key)
        body = json.dumps(localise(expanded, self.emulator.endpoint, self.address)).encode()
        self.client("s3").put_object(Bucket=BUCKET, Key="template.json", Body=body)
        formation = self.client("cloudformation")
        wanted = {
            "StackName": STACK,
            "TemplateURL": f"{self.emulator.endpoint}/{BUCKET}/template.json",
            "Capabilities": ["CAPABILITY_IAM"],
            "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()],
        }
        try:
            formation.create_stack(**wanted)
        except formation.exceptions.AlreadyExistsException:
            self._update_stack(formation, wanted)
        self._wait_for_stack()
        self._allow_origins(expanded["Resources"]["Api"]["Properties"]["CorsConfiguration"])
        self._add_staff()
        if self._site:
            self.sign_in_at(self._site)

    def sign_in_at(self, site: str) -> None:
        """Lets staff sign in to the inbox at `site`, the address of a Front."""
        self._site = site
        pool, client = self.resources["StaffPool"], self.resources["InboxClient"]
        identities = self.client("cognito-idp")
        kept = identities.describe_user_pool_client(UserPoolId=pool, ClientId=client)["UserPoolClient"]
        flows = {name: kept[name] for name in SIGN_IN_FLOWS if name in kept}
        back = [f"{site}inbox"]
        identities.update_user_pool_client(
            UserPoolId=pool, ClientId=client, **flows | {"CallbackURLs": back, "LogoutURLs": back}
        )
        functions, name = self.client("lambda"), self.resources["ShowPage"]
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        environment = {"Variables": variables | {"SIGN_IN_ADDRESS": site.removesuffix("/")}}
        functions.update_function_configuration(FunctionName=name, Environment=environment)

    def _add_staff(self) -> None:
        identities, pool = self.client("cognito-idp"), self.resources["StaffPool"]
        for name, group in STAFF.items():
            with suppress(identities.exceptions.UsernameExistsException):
                identities.admin_create_user(
                    UserPoolId=pool, Username=name, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS"
                )
            identities.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)
            identities.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)

    def mails(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.emulator.endpoint}/_ministack/ses/messages", timeout=10) as answer:
            accounts = json.load(answer)["messages"]
        return [mail for mails in accounts.values() for mail in mails]

    def update_code(self) -> None:
        """Deploys the current code to every function, and changes no other resource."""
        key = self._upload_code()
        functions = self.client("lambda")

        def update(logical_id: str) -> None:
            name = self.resources[logical_id]
            functions.update_function_code(FunctionName=name, S3Bucket=BUCKET, S3Key=key)
            if f"{logical_id}Alias{ALIAS}" in self.resources:
                version = functions.publish_version(FunctionName=name)["Version"]
                functions.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)

        with ThreadPoolExecutor() as pool:
            list(pool.map(update, (name for name in function_names() if name in self.resources)))

    def _upload_code(self) -> str:
        storage = self.client("s3")
        with suppress(storage.exceptions.BucketAlreadyOwnedByYou):
            storage.create_bucket(Bucket=BUCKET)
        code = zip_folder(build(self.state / "code"))
        key = f"{hashlib.sha256(code).hexdigest()[:16]}.zip"
        storage.put_object(Bucket=BUCKET, Key=key, Body=code)
        return key

    @staticmethod
    def _update_stack(formation: Any, wanted: dict[str, Any]) -> None:
        try:
            formation.update_stack(**wanted)
        except formation.exceptions.ClientError as error:
            if "No updates" not in str(error):
                raise

    def _allow_origins(self, cors: dict[str, Any]) -> None:
        _condition, values, _otherwise = cors["Fn::If"]
        if origins := self.parameters["AllowedOrigins"]:
            configuration = values | {"AllowOrigins": origins.split(",")}
            self.client("apigatewayv2").update_api(ApiId=self.outputs["ApiId"], CorsConfiguration=configuration)

    def _wait_for_stack(self) -> None:
        formation = self.client("cloudformation")
        deadline = time.monotonic() + DEPLOY_WITHIN
        while time.monotonic() < deadline:
            stack = formation.describe_stacks(StackName=STACK)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                break
            time.sleep(0.1)
        if stack["StackStatus"] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            events = formation.describe_stack_events(StackName=STACK)["StackEvents"]
            reasons = [event.get("ResourceStatusReason") for event in events if "FAILED" in event["ResourceStatus"]]
            raise RuntimeError(f"The local stack is {stack['StackStatus']}: {reasons}")
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        listed = formation.describe_stack_resources(StackName=STACK)["StackResources"]
        self.resources = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in listed}


def function_names() -> list[str]:
    resources = template.read()["Resources"]
    return [name for name, resource in resources.items() if resource["Type"] == "AWS::Serverless::Function"]


def dependencies() -> Path:
    """Returns the folder of the dependencies, built for the emulator's version of Python."""
    return Path(_with_build("print(build.dependencies(sys.version_info[:2], None))"))


def build(destination: Path) -> Path:
    shutil.rmtree(destination, ignore_errors=True)
    destination.mkdir(parents=True)
    modules = [re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in function_names()]
    _with_build(
        "build.sources(sys.argv[2:], build.Path(sys.argv[1]), sys.version_info[:2])", destination.resolve(), *modules
    )
    return destination


def _with_build(program: str, *arguments: str | Path) -> str:
    """Runs `program`, Python code that uses infra/build.py, and returns its output.

    Uses the emulator's interpreter, because the .pyc files must match the interpreter.
    """
    command = [str(Emulator.python()), "-c", f"import sys; from infra import build; {program}", *map(str, arguments)]
    result = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode:
        raise RuntimeError("The code could not be built; the error is above.")
    return result.stdout.strip()


def zip_folder(folder: Path) -> bytes:
    """Returns a folder as a zip file. The same content gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(str(path.relative_to(folder))), path.read_bytes())
    return buffer.getvalue()


def localise(expanded: template.Template, endpoint: str, address: str) -> template.Template:
    resources = expanded["Resources"]
    resources["SiteAddress"]["Properties"]["Value"] = address
    for secret in (entry for entry in resources.values() if entry["Type"] == "AWS::SecretsManager::Secret"):
        secret["Properties"]["GenerateSecretString"]["ExcludeCharacters"] = string.punctuation
    watch = resources["WatchDelivery"]["Properties"]["Environment"]["Variables"]
    watch["API_ADDRESS"] = {"Fn::Sub": f"{endpoint}/_aws/execute-api/${{Api}}/$default/"}
    staff_email = resources["AlertEmailSubscription"]["Properties"]["FilterPolicy"]
    resources[OUTBOX] = {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 1209600}}
    resources[f"{OUTBOX}Subscription"] = {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": {"Ref": "AlertTopic"},
            "Protocol": "sqs",
            "Endpoint": {"Fn::GetAtt": [OUTBOX, "Arn"]},
            "FilterPolicy": {"kind": staff_email["kind"]},
        },
    }
    return expanded


if __name__ == "__main__":
    sys.exit("Not a command. `make run` starts the service on the local cloud.")
