"""Tests that failed AWS calls never lose a lead, store it twice or leave it without an alert."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.adapters.aws import PATIENT_FACING, SPOOLING
from tests.faults.flows import FLOWS, Flow, attempts_of, run
from tests.faults.plans import KINDS, SUBSETS, outages, quiet_world, several_faults, single_faults
from tests.faults.wire import FAULTS, World, at_attempt, while_down

LONG = {
    "the stream alerts two leads",
    "the sweep alerts",
    "the sweep escalates",
    "staff acknowledge",
    "the stream alerts during a sweep",
}
A_FEW = ("throttle", "timeout_after", "kill_before", "kill_after")
OTHERS = tuple(fault for fault in FAULTS if fault not in A_FEW)
SHORT = tuple(flow for flow in FLOWS if flow.name not in LONG)


@pytest.fixture(scope="module")
def made() -> Iterator[World]:
    with quiet_world() as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_any_single_fault(made: World, flow: Flow) -> None:
    """Tests A_FEW in each flow, and each of OTHERS in three of the SHORT flows."""
    faults = A_FEW if flow.name in LONG else (*A_FEW, *OTHERS[SHORT.index(flow) % 3 :: 3])
    assert [broken for fault in faults for broken in single_faults(made, flow, fault)] == []


@pytest.mark.slow
def test_any_outage(made: World) -> None:
    found: list[str] = []
    for number, (flow, fault) in enumerate(KINDS[::2]):
        found += outages(made, flow, fault, [SUBSETS[number % len(SUBSETS)]])
    assert found == []


@pytest.mark.slow
def test_several_faults_at_once(made: World) -> None:
    assert [broken for number in range(60) for broken in several_faults(made, 20261122, number)] == []


def test_with_a_hanging_table_the_answer_takes_less_than_six_seconds(made: World) -> None:
    """Checks R7 of docs/reliability.md with the longest pauses between the SDK's attempts."""
    hangs = while_down(frozenset({"dynamodb", "sqs"}), "timeout_before")
    for flow in (flow for flow in FLOWS if flow.tries):
        assert run(made, flow, hangs) == []
        assert 1 < made.longest <= 6
    assert run(made, FLOWS[0], hangs) == []
    assert made.longest == pytest.approx(2 * PATIENT_FACING.read_timeout + 1 + SPOOLING.read_timeout)  # type: ignore[attr-defined]
    [reply] = made.replies
    assert reply.status == 503
    # A timeout has no error code from AWS.
    assert "clinic_phone" in reply.body


def test_a_plan_injects_its_fault(made: World) -> None:
    flow = FLOWS[0]
    assert attempts_of(made, flow) == 1
    run(made, flow, at_attempt(0, "kill_after"))
    assert [reply.status for reply in made.replies] == [0]
    run(made, flow, while_down(frozenset({"dynamodb"}), "throttle"), tries_again=True)
    assert [reply.status for reply in made.replies] == [202]
    run(made, flow, while_down(frozenset({"dynamodb", "sqs"}), "throttle"), tries_again=True)
    assert [reply.status for reply in made.replies] == [503, 201]
