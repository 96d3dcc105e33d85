"""What the local cloud cannot show is asserted on the template, as AWS gets it after the SAM transform."""

from __future__ import annotations

import ast
import inspect
import json
import re
import tomllib
from graphlib import TopologicalSorter
from typing import Any

import pytest

from dev import template
from functions import watch_delivery
from infra.build import module_name
from shared import settings
from shared.adapters.aws import PATIENT_FACING, SPOOLING
from shared.domain.staff import GROUPS
from shared.rulebook.loading import load
from shared.usecases.capture import SECOND_CALL_WITHIN

PROJECT = template.TEMPLATE.parents[1]
SOURCE = template.read()
EXPANDED = template.expand()
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EVERYWHERE = {
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
}
ROUTES = {
    "POST /submissions": "CaptureLead",
    "POST /intake/google-ads": "CaptureAdLead",
    "GET /challenges/{submission_id}": "IssueChallenge",
    "GET /form": "DrawForm",
    "POST /form": "DrawForm",
    "GET /received/{submission_id}": "ShowReceipt",
    "POST /screenings": "ScreenAnswers",
    "GET /questionnaires/{id}": "ShowQuestionnaire",
    "GET /": "ShowPage",
    "GET /web/{file}": "ShowPage",
    "GET /inbox": "ShowPage",
    "GET /inbox/{file}": "ShowPage",
    "GET /leads": "ListLeads",
    "POST /leads/search": "SearchLeads",
    "GET /leads/{reference}": "ShowLead",
    "POST /leads/{reference}/actions": "WorkLead",
    "GET /rules": "ShowRules",
    "GET /leads/export": "ExportLeads",
    "GET /leads/{reference}/fhir": "ExportLeads",
    "GET /leads/{reference}/person": "ExportPerson",
    "DELETE /leads/{reference}": "EraseLead",
}
STAFF_ROUTES = ("/leads", "/rules")  # where these begin, only signed-in staff get in
TOPIC = {"Ref": "AlertTopic"}
SPOOL = {"Fn::GetAtt": ["SpooledSubmissions", "Arn"]}
FAILED = {"Fn::GetAtt": ["FailedSubmissions", "Arn"]}


def of_type(kind: str) -> dict[str, Any]:
    """Properties by logical id."""
    resources = EXPANDED["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in resources if resource["Type"] == kind}


FUNCTIONS = of_type("AWS::Lambda::Function")


def test_every_function_is_a_module_with_an_event_and_the_other_way_round() -> None:
    names = {module_name(logical_id) for logical_id in FUNCTIONS}

    assert names == {path.stem for path in (PROJECT / "functions").glob("[!_]*.py")}
    assert names == {path.stem for path in (PROJECT / "events").glob("*.json")}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_built_and_run_under_its_own_name(name: str) -> None:
    assert FUNCTIONS[name]["Handler"] == f"functions.{module_name(name)}.handler"
    assert FUNCTIONS[name]["Runtime"] == "python3.13"
    assert SOURCE["Resources"][name]["Metadata"] == {"BuildMethod": "makefile"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_told_what_its_settings_need_and_no_more(name: str) -> None:
    told = set(FUNCTIONS[name]["Environment"]["Variables"])

    assert told - EVERYWHERE == settings_needed(module_name(name))
    assert told >= EVERYWHERE


def settings_needed(module: str) -> set[str]:
    """The variables that the settings read which this function's module imports."""
    tree = ast.parse((PROJECT / "functions" / f"{module}.py").read_text())
    imported = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "shared.settings"
        for alias in node.names
    ]
    sources = [inspect.getsource(getattr(settings, name)) for name in imported]
    return {variable for source in sources for variable in re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source)}


def the_routes() -> dict[str, dict[str, Any]]:
    """Properties by route key."""
    return {route["RouteKey"]: route for route in of_type("AWS::ApiGatewayV2::Route").values()}


def test_the_routes_are_these() -> None:
    integrations = of_type("AWS::ApiGatewayV2::Integration")
    routes = {
        key: integrations[re.findall(r"\$\{(\w+)\}", route["Target"]["Fn::Sub"])[0]]["IntegrationUri"]
        for key, route in the_routes().items()
    }

    assert routes == {key: called(name) for key, name in ROUTES.items()}


def called(name: str) -> dict[str, Any]:
    """How callers name the function: by its alias where it has one."""
    alias = f"{name}Aliaslive"
    return {"Ref": alias} if alias in EXPANDED["Resources"] else {"Fn::GetAtt": [name, "Arn"]}


def test_the_api_may_call_the_functions_that_its_routes_lead_to_and_no_other() -> None:
    callers = [
        permission
        for permission in of_type("AWS::Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"

    assert {permission["FunctionName"]["Ref"].removesuffix("Aliaslive") for permission in callers} == set(
        ROUTES.values()
    )
    assert all(permission["SourceArn"] == {"Fn::Sub": source} for permission in callers)


def test_every_staff_route_asks_for_a_sign_in_and_no_public_one_does() -> None:
    """The scope is in access tokens only, so that no other token of the sign-in opens anything."""
    guards = {
        key: (route.get("AuthorizationType"), route.get("AuthorizerId"), route.get("AuthorizationScopes"))
        for key, route in the_routes().items()
    }
    staff = {route for route in guards if route.split(" ")[1].startswith(STAFF_ROUTES)}

    assert len(staff) >= 5
    assert {guards[route][0] for route in staff} == {"JWT"}
    assert all(guards[route][1:] == ({"Ref": "StaffSignIn"}, ["openid"]) for route in staff)
    assert not {route: guard for route, guard in guards.items() if any(guard) and route not in staff}


def test_a_sign_in_is_one_of_our_pool_for_our_inbox() -> None:
    (authorizer,) = of_type("AWS::ApiGatewayV2::Authorizer").values()

    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    assert authorizer["JwtConfiguration"]["Audience"] == [{"Ref": "InboxClient"}]
    assert authorizer["JwtConfiguration"]["Issuer"]["Fn::Sub"].endswith("/${StaffPool}")


def references(value: Any) -> set[str]:
    """Logical ids (and parameters) that must be there before a resource with this description can be made."""
    if isinstance(value, list):
        return {name for item in value for name in references(item)}
    if not isinstance(value, dict):
        return set()
    found = {name for key, item in value.items() if key != "Fn::Sub" for name in references(item)}
    if isinstance(value.get("Ref"), str):
        found.add(value["Ref"])
    if "Fn::GetAtt" in value:
        found.add(str(value["Fn::GetAtt"][0]))
    if "Fn::Sub" in value:
        text, variables = value["Fn::Sub"] if isinstance(value["Fn::Sub"], list) else (value["Fn::Sub"], {})
        found |= {name.split(".")[0] for name in re.findall(r"\$\{([\w.:]+)\}", text)} - set(variables)
        found |= references(variables)
    return found


def test_one_deploy_is_enough_for_the_first_time() -> None:
    """No resource waits for itself: the sign-in needs the address of the API, and the API's routes the sign-in."""
    resources = EXPANDED["Resources"]
    after = {
        name: (references(resource.get("Properties", {})) | set(as_list(resource.get("DependsOn", []))))
        & set(resources)
        for name, resource in resources.items()
    }

    order = list(TopologicalSorter(after).static_order())  # raises CycleError, with the cycle
    assert order.index("Api") < order.index("InboxClient") < order.index("StaffSignIn") < order.index("GetLeads")


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def test_without_a_domain_nobody_has_to_know_an_address_before_it_exists() -> None:
    required = {name for name, parameter in SOURCE["Parameters"].items() if "Default" not in parameter}
    address = EXPANDED["Resources"]["SiteAddress"]["Properties"]["Value"]
    (client,) = of_type("AWS::Cognito::UserPoolClient").values()

    assert required == {"ClinicName", "ClinicPhone", "AlertEmail"}
    assert address == {
        "Fn::If": ["HasDomain", {"Fn::Sub": "https://${DomainName}"}, {"Fn::GetAtt": ["Api", "ApiEndpoint"]}]
    }
    assert client["CallbackURLs"] == client["LogoutURLs"] == [{"Fn::Sub": "${SiteAddress.Value}/inbox"}]


def test_all_that_says_the_address_follows_a_domain() -> None:
    """The API's own name is written nowhere else."""
    written = re.findall(r"execute-api\.|ApiEndpoint", template.TEMPLATE.read_text())

    assert written == ["ApiEndpoint"]
    for name in ("ApiDomain", "ApiDomainMapping"):
        assert EXPANDED["Resources"][name]["Condition"] == "HasDomain"
    assert "DomainHasCertificate" in SOURCE["Rules"]


def test_only_whom_an_administrator_added_may_sign_in_and_only_with_a_proof_of_the_same_browser() -> None:
    (pool,) = of_type("AWS::Cognito::UserPool").values()
    (client,) = of_type("AWS::Cognito::UserPoolClient").values()

    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 14
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthScopes"] == ["openid"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]  # no password is taken but by the sign-in page
    assert client["AccessTokenValidity"] <= 60


def test_the_groups_are_those_that_the_code_knows() -> None:
    groups = {group["GroupName"] for group in of_type("AWS::Cognito::UserPoolGroup").values()}

    assert groups == GROUPS


def test_only_the_origins_that_were_named_may_post() -> None:
    cors = of_type("AWS::ApiGatewayV2::Api")["Api"]["CorsConfiguration"]

    condition, allowed, otherwise = cors["Fn::If"]
    assert condition == "HasAllowedOrigins"
    assert allowed["AllowOrigins"] == {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]}
    assert allowed["AllowMethods"] == ["GET", "POST"]
    assert set(allowed["AllowHeaders"]) >= {"content-type", "if-none-match", "hx-request", "hx-current-url"}
    assert not set(allowed["AllowHeaders"]) & {"*", "authorization", "cookie"}
    assert otherwise == {"Ref": "AWS::NoValue"}


def test_a_flood_stops_at_the_door() -> None:
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()

    assert stage["DefaultRouteSettings"] == {"ThrottlingRateLimit": 50, "ThrottlingBurstLimit": 200}
    staff = {route for route in ROUTES if route.split(" ")[1].startswith(STAFF_ROUTES)}
    taking_out = {route for route in staff if ROUTES[route] in {"ExportLeads", "ExportPerson", "EraseLead"}}
    assert set(stage["RouteSettings"]) == staff
    routes = of_type("AWS::ApiGatewayV2::Route")
    assert {
        routes[name]["RouteKey"] for name in EXPANDED["Resources"]["ApiStage"]["DependsOn"]
    } == staff  # else refused
    for route, limit in stage["RouteSettings"].items():
        assert limit["ThrottlingRateLimit"] == (1 if route in taking_out else 10), route


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", ["RecordsKey", "SignalsKey"])
def test_a_key_is_used_by_nobody_but_through_the_services_that_hold_what_it_encrypts(name: str) -> None:
    key = of_type("AWS::KMS::Key")[name]
    administer, *uses = key["KeyPolicy"]["Statement"]
    root = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}

    assert key["EnableKeyRotation"] is True
    assert key["PendingWindowInDays"] == 30
    assert not {action for action in administer["Action"] if re.search(r"\*|crypt|DataKey|CreateGrant|ReEnc", action)}
    for use in uses:
        assert not [action for action in listed(use["Action"]) if "*" in action]
        condition = use["Condition"]
        if use["Principal"] == root:
            assert condition["StringEquals"]["kms:ViaService"]
        elif use["Principal"] == {"Service": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}}:
            assert condition["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]["Fn::Sub"].endswith("${AWS::StackName}-*")
        else:
            assert condition["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
            assert condition["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith("${AWS::StackName}-*")
    services = {str(use["Principal"].get("Service")) for use in uses if "Service" in use["Principal"]}
    assert len(services) == (0 if name == "RecordsKey" else 3)  # no service opens records on its own account


def test_the_key_of_the_records_stays_with_them() -> None:
    written = SOURCE["Resources"]["RecordsKey"]

    assert (written["DeletionPolicy"], written["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert all(function["KmsKeyArn"] == {"Fn::GetAtt": ["RecordsKey", "Arn"]} for function in FUNCTIONS.values())
    secrets = of_type("AWS::SecretsManager::Secret").values()
    assert all(secret["KmsKeyId"] == {"Fn::GetAtt": ["RecordsKey", "Arn"]} for secret in secrets)


def test_a_secret_reaches_a_function_by_reference_or_as_a_hidden_parameter() -> None:
    for function in FUNCTIONS.values():
        for variable, value in function["Environment"]["Variables"].items():
            if variable.endswith("_KEY"):
                hidden = SOURCE["Parameters"].get(value.get("Ref"), {}).get("NoEcho")
                assert hidden or re.fullmatch(r"\{\{resolve:secretsmanager:\$\{\w+\}\}\}", value["Fn::Sub"]), variable


def test_each_function_has_a_share_of_its_own_and_the_account_keeps_100() -> None:
    shares = {}
    for name, function in FUNCTIONS.items():
        condition, share, otherwise = function["ReservedConcurrentExecutions"]["Fn::If"]
        assert (condition, otherwise) == ("ReservesConcurrency", {"Ref": "AWS::NoValue"})
        shares[name] = share

    asked = int(re.findall(r"limit of (\d+)", SOURCE["Parameters"]["ReserveConcurrency"]["Description"])[0])
    assert sum(shares.values()) <= asked - 100  # Lambda refuses to leave less for the rest of the account
    assert max(shares, key=lambda name: shares[name]) == "CaptureLead"
    assert shares["AlertStaff"] >= 10


def test_access_lines_name_the_route_and_nobody() -> None:
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()
    told = set(re.findall(r"\$context\.([\w.]+)", stage["AccessLogSettings"]["Format"]))

    assert json.loads(stage["AccessLogSettings"]["Format"])
    assert told == {
        "requestTime",
        "requestId",
        "routeKey",
        "status",
        "responseLatency",
        "responseLength",
        "error.responseType",
    }


def test_topics_and_queues_refuse_what_comes_without_tls() -> None:
    guarded: set[str] = set()
    for kind, resources in (("AWS::SQS::QueuePolicy", "Queues"), ("AWS::SNS::TopicPolicy", "Topics")):
        for policy in of_type(kind).values():
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Deny":
                    assert statement["Principal"] == "*"
                    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}
                    guarded.update(resource["Ref"] for resource in policy[resources])

    assert guarded == {*of_type("AWS::SQS::Queue"), *of_type("AWS::SNS::Topic")}


def test_nobody_is_allowed_whom_the_template_does_not_name() -> None:
    for resource in EXPANDED["Resources"].values():
        for statement in statements_in(resource.get("Properties", {})):
            if statement["Effect"] == "Allow":
                assert statement.get("Principal") not in ("*", {"AWS": "*"})


def statements_in(value: Any) -> list[dict[str, Any]]:
    """Every statement of every policy inside a resource's properties."""
    if isinstance(value, dict):
        if "Effect" in value:
            return [value]
        return [statement for inner in value.values() for statement in statements_in(inner)]
    return [statement for inner in value for statement in statements_in(inner)] if isinstance(value, list) else []


def test_the_stream_is_retried_in_parts_and_not_for_ever() -> None:
    mapping = of_type("AWS::Lambda::EventSourceMapping")["AlertStaffNewLead"]

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 0 < mapping["MaximumRetryAttempts"] <= 10
    assert 0 < mapping["MaximumRecordAgeInSeconds"] < DAY
    assert mapping["DestinationConfig"] == {
        "OnFailure": {"Destination": {"Fn::GetAtt": ["FailedStreamBatches", "Arn"]}}
    }
    assert [json.loads(rule["Pattern"]) for rule in mapping["FilterCriteria"]["Filters"]] == [{"eventName": ["INSERT"]}]


def test_the_table_is_kept_encrypted_and_can_be_taken_back() -> None:
    for name, table in of_type("AWS::DynamoDB::Table").items():
        written = SOURCE["Resources"][name]
        assert table["SSESpecification"] == {
            "SSEEnabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": {"Fn::GetAtt": ["RecordsKey", "Arn"]},
        }
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionProtectionEnabled"] is True
        assert (written["DeletionPolicy"], written["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_what_a_clinic_cannot_get_again_outlives_the_stack_and_nothing_else_does() -> None:
    resources = SOURCE["Resources"].items()
    kept = {name for name, resource in resources if resource.get("DeletionPolicy", "Delete") != "Delete"}

    spool = {"SpooledSubmissions", "FailedSubmissions", "SpoolPolicy", "FailedSubmissionsPolicy"}
    assert kept == {"LeadsTable", "AccessLog", "StaffPool", "PersonKey", "RecordsKey", *spool}
    for name in kept:
        written = SOURCE["Resources"][name]
        assert (written["DeletionPolicy"], written["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_an_operator_may_deploy_to_two_stages_and_prod_shows_what_will_change() -> None:
    stages = tomllib.loads((PROJECT / "infra" / "samconfig.toml").read_text(encoding="utf-8"))
    dev, prod = (stages[name]["deploy"]["parameters"] for name in ("dev", "prod"))

    assert dev["stack_name"] != prod["stack_name"]
    assert (dev["confirm_changeset"], prod["confirm_changeset"]) == (False, True)
    for stage in (dev, prod):
        assert stage["capabilities"] == "CAPABILITY_IAM"
        assert set(re.findall(r"(\w+)=", stage.get("parameter_overrides", ""))) <= set(SOURCE["Parameters"])


def test_stream_and_indexes_hold_keys_and_a_summary_at_most() -> None:
    table = of_type("AWS::DynamoDB::Table")["LeadsTable"]
    projected = {index["IndexName"]: index["Projection"] for index in table["GlobalSecondaryIndexes"]}
    summary = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["summary"]}

    assert table["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    assert projected == {
        "open_leads": {"ProjectionType": "KEYS_ONLY"},
        "worklist": summary,
        "by_reference": {"ProjectionType": "KEYS_ONLY"},
        "by_phone": summary,
        "by_email": summary,
        "by_arrival": {"ProjectionType": "KEYS_ONLY"},
        "to_retire": {"ProjectionType": "KEYS_ONLY"},
    }


def test_queues_keep_failures_for_two_weeks_encrypted() -> None:
    queues = of_type("AWS::SQS::Queue")

    assert set(queues) == {
        "SpooledSubmissions",
        "FailedSubmissions",
        "FailedStreamBatches",
        "UndeliveredAlerts",
        "UndeliveredWebhooks",
        "CanaryAlerts",
    }
    for name, queue in queues.items():
        assert queue["MessageRetentionPeriod"] == (HOUR if name == "CanaryAlerts" else 14 * DAY)
        holds_answers = name in {"SpooledSubmissions", "FailedSubmissions"}
        assert queue["KmsMasterKeyId"] == {"Ref": "RecordsKey" if holds_answers else "SignalsKey"}


def test_the_spool_carries_a_day_and_is_soon_empty_again() -> None:
    """An entry comes back when it is invisible no more: often enough for a day without a table, and soon enough that
    staff know of it two minutes after the table is back."""
    spool, replay = of_type("AWS::SQS::Queue")["SpooledSubmissions"], FUNCTIONS["ReplaySubmissions"]
    mapping = of_type("AWS::Lambda::EventSourceMapping")["ReplaySubmissionsSpooled"]

    assert spool["RedrivePolicy"]["deadLetterTargetArn"] == FAILED
    assert spool["VisibilityTimeout"] >= 6 * replay["Timeout"]
    assert spool["VisibilityTimeout"] + replay["Timeout"] <= 2 * MINUTE
    assert spool["VisibilityTimeout"] * spool["RedrivePolicy"]["maxReceiveCount"] >= DAY
    assert mapping["EventSourceArn"] == SPOOL
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 1
    assert "FilterCriteria" not in mapping


def test_what_waits_for_the_table_outlives_the_stack() -> None:
    for name in ("SpooledSubmissions", "FailedSubmissions"):
        written = SOURCE["Resources"][name]
        assert (written["DeletionPolicy"], written["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_alerts_are_encrypted_and_every_subscription_has_a_failure_queue() -> None:
    assert {topic["KmsMasterKeyId"]["Ref"] for topic in of_type("AWS::SNS::Topic").values()} == {"SignalsKey"}
    subscriptions = of_type("AWS::SNS::Subscription")
    assert subscriptions
    for subscription in subscriptions.values():
        queue = "UndeliveredWebhooks" if subscription["Protocol"] == "lambda" else "UndeliveredAlerts"
        assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": [queue, "Arn"]}}


def test_staff_choose_alerts_by_filter_and_none_ever_gets_a_canary() -> None:
    filters = {
        name: subscription["FilterPolicy"]
        for name, subscription in of_type("AWS::SNS::Subscription").items()
        if subscription["TopicArn"] == TOPIC
    }

    assert filters == {
        "AlertEmailSubscription": {"kind": ["new", "escalation", "digest"]},
        "DeskEmailSubscription": {"audience": ["desk"]},
        "ClinicianEmailSubscription": {"audience": ["clinician"]},
        "ManagerEmailSubscription": {"audience": ["manager"]},
        "UrgentPhoneSubscription": {
            "kind": ["new", "escalation"],
            "tier": ["EMERGENCY", "URGENT"],
            "suspect": ["false"],
        },
        "DeliverWebhookAlert": {"kind": ["new", "escalation"]},
        "CanaryAlertsSubscription": {"kind": ["canary"]},
    }


@pytest.mark.parametrize("tier", ["EMERGENCY", "URGENT", "PRIORITY", "ROUTINE"])
def test_every_audience_of_a_ladder_is_somebodys_subscription(tier: str) -> None:
    subscribed = {
        audience
        for subscription in of_type("AWS::SNS::Subscription").values()
        for audience in subscription.get("FilterPolicy", {}).get("audience", [])
    }
    (rule_set,) = load().rule_sets.values()

    assert {step.audience for step in rule_set.tiers[tier].usual.ladder} <= subscribed


def test_topics_alone_may_write_to_their_queues() -> None:
    allowed = {
        name: statement
        for name, policy in of_type("AWS::SQS::QueuePolicy").items()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    }

    for statement in allowed.values():
        assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert {name: statement["Condition"] for name, statement in allowed.items()} == {
        "UndeliveredAlertsPolicy": {"ArnEquals": {"aws:SourceArn": [TOPIC, {"Ref": "AlarmTopic"}]}},
        "UndeliveredWebhooksPolicy": {"ArnEquals": {"aws:SourceArn": TOPIC}},
        "CanaryAlertsPolicy": {"ArnEquals": {"aws:SourceArn": TOPIC}},
    }


def test_a_webhook_is_tried_again_and_then_kept() -> None:
    retries = of_type("AWS::Lambda::EventInvokeConfig")["DeliverWebhookEventInvokeConfig"]

    assert retries["MaximumRetryAttempts"] == 2
    assert retries["DestinationConfig"] == {
        "OnFailure": {"Destination": {"Fn::GetAtt": ["UndeliveredWebhooks", "Arn"]}}
    }


def test_no_webhook_no_function_secret_or_queue() -> None:
    for name in ("DeliverWebhook", "WebhookKey", "UndeliveredWebhooks", "UndeliveredWebhooksPolicy"):
        assert EXPANDED["Resources"][name]["Condition"] == "HasWebhookAddress"


@pytest.mark.parametrize(
    ("name", "metric", "when", "missing"),
    [
        ("CanaryMissing", "canaries_delivered", "LessThanThreshold", "breaching"),
        ("SpoolCanaryMissing", "canaries_delivered_by_spool", "LessThanThreshold", "breaching"),
        ("SubscriptionMissing", "subscriptions_missing", "GreaterThanOrEqualToThreshold", "notBreaching"),
        ("SweepSilent", "swept", "LessThanThreshold", "breaching"),
        ("PageSilent", "heard", "LessThanThreshold", "breaching"),
    ],
)
def test_silence_is_an_alarm(name: str, metric: str, when: str, missing: str) -> None:
    alarm = of_type("AWS::CloudWatch::Alarm")[name]

    assert (alarm["MetricName"], alarm["Threshold"], alarm["ComparisonOperator"]) == (metric, 1, when)
    assert alarm["TreatMissingData"] == missing
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    variables = SOURCE["Globals"]["Function"]["Environment"]["Variables"]
    assert alarm["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]
    functions = (PROJECT / "functions").glob("*.py")
    assert any(f'add_metric("{metric}"' in path.read_text() for path in functions)


@pytest.mark.parametrize(
    ("name", "queue"),
    [
        ("AlertUndelivered", "UndeliveredAlerts"),
        ("WebhookUndelivered", "UndeliveredWebhooks"),
        ("StreamBatchFailed", "FailedStreamBatches"),
        ("SubmissionUndeliverable", "FailedSubmissions"),
    ],
)
def test_what_was_not_delivered_is_an_alarm(name: str, queue: str) -> None:
    alarm = of_type("AWS::CloudWatch::Alarm")[name]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]


def test_every_failure_queue_has_an_alarm() -> None:
    alarms = [alarm for alarm in of_type("AWS::CloudWatch::Alarm").values() if alarm["Namespace"] == "AWS/SQS"]
    watched = {alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for alarm in alarms}

    assert watched == set(of_type("AWS::SQS::Queue")) - {"CanaryAlerts"}


@pytest.mark.parametrize(
    ("name", "namespace", "metric", "threshold", "of"),
    [
        (
            "SpoolWaiting",
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",  # seconds
            10 * MINUTE,
            {"Name": "QueueName", "Value": {"Fn::GetAtt": ["SpooledSubmissions", "QueueName"]}},
        ),
        (
            "StreamBehind",
            "AWS/Lambda",
            "IteratorAge",  # milliseconds
            2 * MINUTE * 1000,
            {"Name": "FunctionName", "Value": {"Ref": "AlertStaff"}},
        ),
    ],
)
def test_what_waits_too_long_is_an_alarm(name: str, namespace: str, metric: str, threshold: int, of: object) -> None:
    alarm = of_type("AWS::CloudWatch::Alarm")[name]

    assert (alarm["Namespace"], alarm["MetricName"], alarm["Dimensions"]) == (namespace, metric, [of])
    assert (alarm["Statistic"], alarm["Period"], alarm["EvaluationPeriods"]) == ("Maximum", MINUTE, 1)
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (threshold, "GreaterThanOrEqualToThreshold")
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]


def test_an_alarm_can_tell_its_topic() -> None:
    """CloudWatch may not publish under the key that AWS manages for SNS; under ours it needs the key and the topic."""
    (allowed,) = [
        statement
        for statement in of_type("AWS::SNS::TopicPolicy")["AlarmTopicPolicy"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    key = [
        statement
        for statement in of_type("AWS::KMS::Key")["SignalsKey"]["KeyPolicy"]["Statement"]
        if statement["Principal"] == allowed["Principal"]
    ]

    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert [statement["Action"] for statement in key] == [["kms:Decrypt", "kms:GenerateDataKey"]]
    assert allowed["Condition"] == key[0]["Condition"]


def test_everyone_of_the_parameters_is_expected_to_be_subscribed() -> None:
    joined, names = FUNCTIONS["WatchDelivery"]["Environment"]["Variables"]["EXPECTED_SUBSCRIPTIONS"]["Fn::Sub"]
    endpoints = {
        subscription["Endpoint"]["Ref"]
        for subscription in of_type("AWS::SNS::Subscription").values()
        if subscription["TopicArn"] == TOPIC and "Ref" in subscription["Endpoint"]
    }

    assert set(re.findall(r"\$\{(\w+)\}", joined)) == {*endpoints, "Webhook"}
    assert names["Webhook"]["Fn::If"][1] == {"Fn::GetAtt": ["DeliverWebhook", "Arn"]}


def test_the_digest_goes_out_by_the_clinics_clock() -> None:
    (schedule,) = of_type("AWS::Scheduler::Schedule").values()

    assert schedule["ScheduleExpression"] == {"Fn::Sub": "cron(0 ${DigestHour} * * ? *)"}
    assert schedule["ScheduleExpressionTimezone"] == {"Ref": "ClinicTimeZone"}
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["SendDigest", "Arn"]}


def test_the_canary_is_sent_once_an_hour_and_has_time_to_come_out() -> None:
    rule = of_type("AWS::Events::Rule")["WatchDeliveryEveryHour"]

    assert rule["ScheduleExpression"] == "cron(7 * * * ? *)"
    assert watch_delivery.WITHIN.total_seconds() + 30 < FUNCTIONS["WatchDelivery"]["Timeout"]
    assert of_type("AWS::Lambda::EventInvokeConfig")["WatchDeliveryEventInvokeConfig"]["MaximumRetryAttempts"] == 0


def test_the_sweep_runs_every_minute_and_never_late() -> None:
    rule = of_type("AWS::Events::Rule")["EscalateLeadsEveryMinute"]
    late = of_type("AWS::Lambda::EventInvokeConfig")["EscalateLeadsEventInvokeConfig"]

    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert rule["Targets"][0]["Arn"] == called("EscalateLeads")
    assert (late["MaximumRetryAttempts"], late["MaximumEventAgeInSeconds"]) == (0, 60)
    assert FUNCTIONS["EscalateLeads"]["Timeout"] < 60


def test_logs_end() -> None:
    groups = of_type("AWS::Logs::LogGroup")

    assert set(groups) == {"Logs", "AccessLines"}
    for group in groups.values():
        assert group == {"RetentionInDays": {"Ref": "LogDays"}, "KmsKeyId": {"Fn::GetAtt": ["SignalsKey", "Arn"]}}
    assert all(function["LoggingConfig"] == {"LogGroup": {"Ref": "Logs"}} for function in FUNCTIONS.values())


def longest(config: Any) -> float:
    """Seconds that a call can take: attempts, each with its time limits, and between two a wait of a second at most."""
    attempts = config.retries["total_max_attempts"]
    return float(attempts * (config.connect_timeout + config.read_timeout) + (attempts - 1))


@pytest.mark.parametrize("name", ["CaptureLead", "CaptureAdLead"])
def test_a_patient_has_an_answer_within_six_seconds_whatever_hangs(name: str) -> None:
    """R7: the table hangs, and the spool too. A form that is continued takes a second call of the table, which is made
    only soon after the first. What is left is for making the client of the spool, and to answer in."""
    hanging = SECOND_CALL_WITHIN.total_seconds() + longest(PATIENT_FACING) + longest(SPOOLING)

    assert hanging <= 5.5
    assert hanging < FUNCTIONS[name]["Timeout"] - 1


def test_a_replay_ends_before_its_function_is_stopped() -> None:
    assert 2 * longest(PATIENT_FACING) + longest(SPOOLING) < FUNCTIONS["ReplaySubmissions"]["Timeout"] - 1


def test_parameters_explain_themselves_and_refuse_nonsense() -> None:
    for name, parameter in SOURCE["Parameters"].items():
        assert parameter["Description"], name
        assert {"AllowedPattern", "AllowedValues", "MaxValue"} & set(parameter), name


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        ("ClinicPhone", "(312) 555-0100", "call us"),
        ("ClinicTimeZone", "America/Indiana/Knox", "CST?"),
        ("ClinicHours", "Mon-Fri 08:00-17:00", "mornings"),
        ("ClinicHolidays", "2026-12-25,2027-01-01", "Christmas"),
        ("DomainName", "leads.clinic.example", "https://leads.clinic.example"),
        ("DomainName", "", "localhost"),
        ("CertificateArn", "arn:aws:acm:us-east-1:123456789012:certificate/" + "0" * 36, "certificate"),
        ("SignInDomain", "spine-clinic", "Spine_Clinic"),
        ("AlertEmail", "alerts@clinic.example", "desk"),
        ("DeskEmail", "desk@clinic.example", "desk@clinic.example,other@clinic.example"),
        ("UrgentPhone", "+13125550100", "(312) 555-0100"),
        ("WebhookAddress", "https://pager.clinic.example/hook?x=1", "http://pager.clinic.example/hook"),
        ("WebhookAddress", "http://127.0.0.1:9000/hook", "http://127.0.0.1.evil.example/hook"),
        ("PageHours", "Mon-Sun 09:00-21:00", "always"),
        ("AllowedOrigins", "https://www.clinic.example", "*"),
    ],
)
def test_patterns(parameter: str, good: str, bad: str) -> None:
    pattern = SOURCE["Parameters"][parameter]["AllowedPattern"]

    assert re.fullmatch(pattern, good)
    assert not re.fullmatch(pattern, bad)
