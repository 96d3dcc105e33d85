"""Rotates the keys of a deployed stack. Meanwhile, all functions keep accepting each other's signatures.

    make rotate STACK=...            (python -m dev.rotate STACK; credentials and region as for any AWS tool)

Functions sign with a secret's first key and accept all of its keys. A first stack update makes all functions accept the
new key. A second update makes the functions sign with the new key.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from dev.account import failure

# Secret -> how many former keys stay (None: all). One form key is enough, because form tokens last a day. All person
# keys stay, because contact details of erased leads were hashed with them.
SECRETS = {"FormKey": 1, "PersonKey": None}
DELAY = 15  # seconds between two checks of the stack
LONGEST = 3600  # maximum duration of an update, in seconds


@dataclass(frozen=True)
class Clients:
    formation: Any
    secrets: Any


def rotate(stack: str, clients: Clients, say: Callable[[str], object], now: Callable[[], datetime]) -> None:
    """Makes new keys. All functions accept the new keys before any function uses them.

    Raises:
        ClientError, BotoCoreError, WaiterError: the rotation is incomplete; another call completes it
    """
    names = {name: _named(stack, clients, name) for name in SECRETS}
    fresh = {name: _random(clients) for name in names}
    former = {name: _keys(clients, arn) for name, arn in names.items()}
    for name, arn in names.items():
        used, *others = former[name]
        _store(clients, arn, [used, fresh[name], *others])
    say("1 of 2: every function learns the new keys")
    _update(stack, clients, now())
    for name, kept in SECRETS.items():
        _store(clients, names[name], [fresh[name], *former[name][:kept]])
    say("2 of 2: every function uses them")
    _update(stack, clients, now())


def _named(stack: str, clients: Clients, logical_id: str) -> str:
    found = clients.formation.describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def _random(clients: Clients) -> str:
    made = clients.secrets.get_random_password(PasswordLength=48, ExcludePunctuation=True)
    return str(made["RandomPassword"])


def _keys(clients: Clients, arn: str) -> list[str]:
    return str(clients.secrets.get_secret_value(SecretId=arn)["SecretString"]).split(",")


def _store(clients: Clients, arn: str, keys: list[str]) -> None:
    clients.secrets.put_secret_value(SecretId=arn, SecretString=",".join(keys))


def _update(stack: str, clients: Clients, at: datetime) -> None:
    (found,) = clients.formation.describe_stacks(StackName=stack)["Stacks"]
    names = {parameter["ParameterKey"] for parameter in found["Parameters"]} - {"KeysVersion"}
    version = {"ParameterKey": "KeysVersion", "ParameterValue": at.strftime("%Y-%m-%dT%H%M%SZ")}
    clients.formation.update_stack(
        StackName=stack,
        UsePreviousTemplate=True,
        Parameters=[*({"ParameterKey": name, "UsePreviousValue": True} for name in sorted(names)), version],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    waiter = clients.formation.get_waiter("stack_update_complete")
    waiter.wait(StackName=stack, WaiterConfig={"Delay": DELAY, "MaxAttempts": LONGEST // DELAY})


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make rotate", description="Gives a deployed stack new keys")
    parser.add_argument("stack", help="its name: make rotate STACK=name")
    stack = parser.parse_args(arguments).stack
    try:
        session = boto3.session.Session()
        clients = Clients(session.client("cloudformation"), session.client("secretsmanager"))
        rotate(stack, clients, print, lambda: datetime.now(UTC))
    except (ClientError, BotoCoreError, WaiterError) as error:
        command = f"make rotate STACK={stack}"
        print(failure(command, error, f"The keys fit together as they are: run {command} again."), file=sys.stderr)
        return 1
    print(
        "Done. The former form key stays accepted until the next rotation; run it again a day later if it has leaked."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
