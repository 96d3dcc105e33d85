from __future__ import annotations

from typing import Any

from functions import escalate_leads, retire_leads, watch_delivery
from shared.adapters import webhook
from shared.adapters.aws import BACKGROUND, PATIENT_FACING
from tests.template.stack import FUNCTIONS


def longest_call(config: Any) -> float:
    """Returns the maximum seconds of a call: all timeouts, and a second between attempts."""
    attempts = config.retries["total_max_attempts"]
    return float(attempts * (config.connect_timeout + config.read_timeout) + (attempts - 1))


def test_the_delivery_check_stops_waiting_while_there_is_time_to_say_so() -> None:
    assert (
        watch_delivery.LONGEST_DELIVERY.total_seconds() + longest_call(BACKGROUND)
        < FUNCTIONS["WatchDelivery"]["Timeout"]
    )


def test_a_sweep_that_stops_in_time_ends_with_one_slow_lead() -> None:
    ends = escalate_leads.TIME_LIMIT.total_seconds() + 4 * longest_call(PATIENT_FACING)
    assert ends < FUNCTIONS["EscalateLeads"]["Timeout"]


def test_retention_that_stops_in_time_ends_with_one_slow_lead() -> None:
    ends = retire_leads.TIME_LIMIT.total_seconds() + 2 * longest_call(PATIENT_FACING)
    assert ends < FUNCTIONS["RetireLeads"]["Timeout"]


def test_a_webhook_is_given_up_before_its_function_is_stopped() -> None:
    waits: Any = webhook.TIMEOUT  # the declared type allows None
    assert waits.connect_timeout + waits.read_timeout <= webhook.LONGEST
    assert FUNCTIONS["DeliverWebhook"]["Timeout"] - 5 > webhook.LONGEST
