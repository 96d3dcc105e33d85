"""Reads the settings of the Lambda functions from environment variables that infra/template.yaml sets."""

from __future__ import annotations

import os
from typing import NamedTuple

from shared.domain.intake.phone import phone_link
from shared.domain.opening_hours import OpeningHours


def _listed(name: str) -> frozenset[str]:
    return frozenset(filter(None, os.environ.get(name, "").split(",")))


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise RuntimeError(f"the environment variable {name} is not set")
    return value


class TableSettings(NamedTuple):
    """The settings of the leads table.

    index_shards: how many partitions each index has (template parameter IndexShards).
    sends_mail: whether this stack sends mail to patients (template parameter SenderEmail).
    """

    leads_table: str
    index_shards: int
    sends_mail: bool

    @classmethod
    def from_environment(cls) -> TableSettings:
        shards = int(os.environ.get("INDEX_SHARDS", "1"))
        return cls(_required("LEADS_TABLE"), shards, bool(os.environ.get("SENDER_EMAIL")))


class AlertSettings(NamedTuple):
    """The settings of alerts. `staff_link`: the start of a lead's URL in the staff inbox; the reference follows."""

    topic_arn: str
    staff_link: str

    @classmethod
    def from_environment(cls) -> AlertSettings:
        return cls(_required("ALERT_TOPIC_ARN"), _required("STAFF_LINK"))


class ClinicSettings(NamedTuple):
    """The clinic's name and phone number, as patients see them.

    booking_link: URL of the page on which some patients may book a time; "" for none.
    """

    name: str
    phone: str
    booking_link: str = ""

    def words(self) -> dict[str, str]:
        return {"clinic_name": self.name, "clinic_phone": self.phone, "clinic_phone_link": phone_link(self.phone)}

    @classmethod
    def from_environment(cls) -> ClinicSettings:
        return cls(_required("CLINIC_NAME"), _required("CLINIC_PHONE"), os.environ.get("BOOKING_LINK", ""))


def pilot_without_approval() -> bool:
    return os.environ.get("PILOT_WITHOUT_APPROVAL") == "yes"


class SignInSettings(NamedTuple):
    """Where staff sign in. Both fields are empty on a stack without sign-in.

    address: base URL of /oauth2/authorize, /oauth2/token and /logout.
    client: the inbox's OAuth client id.
    """

    address: str
    client: str

    def words(self) -> dict[str, str]:
        return {"sign_in_address": self.address, "sign_in_client": self.client}

    @classmethod
    def from_environment(cls) -> SignInSettings:
        return cls(os.environ.get("SIGN_IN_ADDRESS", ""), os.environ.get("SIGN_IN_CLIENT", ""))


def derived_data() -> str:
    """Returns the name of the table of counts and search keys."""
    return _required("DERIVED_DATA")


def rota_table() -> str:
    return _required("ROTA_TABLE")


def on_call_subscriptions() -> dict[str, str]:
    """Returns user name -> the endpoint of that staff member's own subscription, such as an e-mail address.

    Leaves out endpoints that the stack itself subscribes, because they get the alerts for a whole group.
    """
    entries = (entry.partition("=") for entry in _listed("ON_CALL"))
    own = {name: endpoint for name, _, endpoint in entries if endpoint}
    return {name: endpoint for name, endpoint in own.items() if endpoint not in _listed("EXPECTED_SUBSCRIPTIONS")}


def staff_pool() -> str:
    return _required("STAFF_POOL")


def access_log() -> str:
    return _required("ACCESS_LOG")


def erasures_table() -> str:
    return _required("ERASURES_TABLE")


def spool_queue() -> str:
    """Returns the URL of the queue that keeps leads while the table is unavailable."""
    return _required("SPOOL_QUEUE")


def failure_queue() -> str:
    return _required("FAILURE_QUEUE")


def form_keys() -> tuple[str, ...]:
    """Returns the secrets for form tokens and challenges. The first signs; all verify."""
    return tuple(_required("FORM_KEY").split(","))


def person_keys() -> tuple[str, ...]:
    """Returns the secrets that hash phone numbers and e-mail addresses. The first is for new leads."""
    return tuple(_required("PERSON_KEY").split(","))


def ads_key() -> str:
    """Returns the secret shared with the ad network, or "", which disables the network's webhook."""
    return os.environ.get("GOOGLE_ADS_KEY", "")


def ads_questionnaire() -> str:
    return os.environ.get("ADS_QUESTIONNAIRE", "fs-intake")


class MailSettings(NamedTuple):
    """The settings of mail to patients.

    sender: the From address.
    configuration_set: the SES configuration set that decides where SES reports bounces and complaints.
    """

    sender: str
    configuration_set: str

    @classmethod
    def from_environment(cls) -> MailSettings:
        return cls(_required("SENDER_EMAIL"), _required("MAIL_CONFIGURATION"))


def mail_addresses() -> str:
    return _required("MAIL_ADDRESSES")


def mail_keys() -> tuple[str, ...]:
    """Returns the secrets that sign links in mails and hash addresses, the current secret first."""
    return tuple(_required("MAIL_KEY").split(","))


def site_address() -> str:
    """Returns the service's base URL, with a trailing slash."""
    return _required("SITE_ADDRESS")


def webhook_address() -> str:
    return _required("WEBHOOK_ADDRESS")


def webhook_key() -> str:
    """Returns the key that signs webhooks. The receiver has the same key."""
    return _required("WEBHOOK_KEY")


def return_origins() -> frozenset[str]:
    """Returns the origins of the sites that a receipt may link back to."""
    return _listed("RETURN_ORIGINS")


def opening_hours() -> OpeningHours:
    return OpeningHours.parse(
        os.environ.get("CLINIC_HOURS", "Mon-Fri 08:00-17:00"),
        os.environ.get("CLINIC_TIME_ZONE", "America/Chicago"),
        os.environ.get("CLINIC_HOLIDAYS", ""),
    )


def expected_at_alarms() -> dict[str, frozenset[str]]:
    """Returns ARN of the alarm topic -> the endpoints that must be subscribed to it."""
    return {_required("ALARM_TOPIC_ARN"): _listed("ALARM_EMAIL")}


class WatchSettings(NamedTuple):
    """The settings of the delivery watch.

    topic_arn: the ARN of the topic for alerts.
    expected: endpoints that must be subscribed to that topic.
    page_hours: hours in which a lack of submissions raises an alarm.
    """

    topic_arn: str
    api_address: str
    canary_queue: str
    expected: frozenset[str]
    page_hours: OpeningHours

    @classmethod
    def from_environment(cls) -> WatchSettings:
        return cls(
            _required("ALERT_TOPIC_ARN"),
            _required("API_ADDRESS"),
            _required("CANARY_QUEUE"),
            _listed("EXPECTED_SUBSCRIPTIONS") | frozenset(on_call_subscriptions().values()),
            OpeningHours.parse(
                os.environ.get("PAGE_HOURS", "Mon-Sun 09:00-21:00"),
                os.environ.get("CLINIC_TIME_ZONE", "America/Chicago"),
            ),
        )
