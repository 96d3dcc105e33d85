"""Provides the DynamoDB implementations for the contract tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from dev.dynamodb_local import DynamoDBLocal, missing
from shared.adapters.dynamodb.leads_table import LeadsTable
from tests.aws import aws_in_process, cached_client, create_leads_table

ONE_ATTEMPT = Config(retries={"total_max_attempts": 1}, read_timeout=10)


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[str]:
    if problem := missing():
        pytest.skip(problem)
    with DynamoDBLocal() as database:
        yield database.endpoint


# pytest-xdist runs the group in one process, so that DynamoDB Local starts only once.
ON_DYNAMODB_LOCAL = [pytest.mark.slow, pytest.mark.xdist_group("dynamodb")]


@pytest.fixture(params=["moto", pytest.param("DynamoDB Local", marks=ON_DYNAMODB_LOCAL)])
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "moto":
        with aws_in_process():
            yield cached_client("dynamodb", ONE_ATTEMPT)
    else:
        endpoint = request.getfixturevalue("dynamodb_local")
        yield boto3.client("dynamodb", endpoint_url=endpoint, config=ONE_ATTEMPT)


@pytest.fixture
def name(client: Any) -> str:
    name = f"leads-{uuid4().hex}"
    create_leads_table(client, name)
    return name


@pytest.fixture
def table(client: Any, name: str) -> LeadsTable:
    return LeadsTable(client, name, 1)


@pytest.fixture(params=[1, 3], ids=["one partition", "three partitions"])
def partitioned(request: pytest.FixtureRequest, client: Any, name: str) -> LeadsTable:
    return LeadsTable(client, name, request.param)
