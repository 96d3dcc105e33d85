"""Tests that our AWS clients keep every event handler that botocore registers."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.handlers import BUILTIN_HANDLERS

from infra.slimming import AWS_CALLS
from shared.adapters import aws

BUILTIN = [handler for _, handler, *_ in BUILTIN_HANDLERS]
KINDS = sorted({event.partition(".")[0] for event, *_ in BUILTIN_HANDLERS} - {"docs"})
EVENTS = [f"{kind}.{service}.{call}" for kind in KINDS for service, calls in AWS_CALLS.items() for call in calls]


def handlers(session: botocore.session.Session, event: str) -> list[Any]:
    found = session.get_component("event_emitter")._emitter._handlers.prefix_search(event)
    return [handler for handler in found if handler in BUILTIN]


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_has_the_same_handlers_as_in_an_ordinary_session(event: str) -> None:
    assert handlers(aws._session()._session, event) == handlers(botocore.session.Session(), event)


def test_handlers_of_other_services_are_left_out() -> None:
    event = "before-parameter-build.s3.PutObject"
    assert set(handlers(aws._session()._session, event)) < set(handlers(botocore.session.Session(), event))


def test_every_service_that_we_call_is_listed() -> None:
    assert set(aws.SERVICES) == AWS_CALLS.keys()
