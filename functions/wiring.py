"""Builds what the functions share: the logger, the clock, and the settings and clients of the use cases.

Imports are local, so that each function loads only what it needs at a cold start.
"""

from __future__ import annotations

import gc
import logging
import warnings
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING


def prepare_process() -> None:
    """Silences some library warnings and delays garbage collection. Must run before the libraries are loaded."""
    warnings.filterwarnings("ignore", message="No application metrics to publish")  # refused requests emit no metrics
    warnings.filterwarnings("ignore", message="Pydantic serializer warnings")  # quotes values
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # its warnings quote the request
    # A cold start allocates fewer objects, so that no useless garbage collection slows it down.
    gc.set_threshold(100_000)


prepare_process()

from aws_lambda_powertools import Logger, Metrics  # noqa: E402  prepare_process must run first

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

    from shared.adapters.dynamodb.access_log import AccessLog
    from shared.adapters.dynamodb.derived_data import DerivedData
    from shared.adapters.dynamodb.erasures import Erasures
    from shared.adapters.dynamodb.leads_table import LeadsTable
    from shared.adapters.dynamodb.mail_addresses import MailAddresses
    from shared.adapters.dynamodb.rota_table import RotaTable
    from shared.adapters.form_guard import FormGuard
    from shared.adapters.sns import AlertTopic
    from shared.adapters.spool import SpoolQueue
    from shared.adapters.staff_pool import StaffPool
    from shared.adapters.unsubscribe_links import UnsubscribeLinks
    from shared.adapters.webhook import Webhook
    from shared.domain.opening_hours import OpeningHours
    from shared.http.next_steps import NextStepsWriter
    from shared.http.plain_forms import PlainForms, Redraw
    from shared.http.problem_details import Advise, Handler, LambdaHandler, Safety
    from shared.http.requests import Request
    from shared.http.responses import Response
    from shared.rulebook.loading import Rulebook
    from shared.settings import ClinicSettings
    from shared.usecases.alerting import Alerting
    from shared.usecases.capture import Intake
    from shared.usecases.counting import Counting
    from shared.usecases.delivery_watch import Watch
    from shared.usecases.digest import Digesting
    from shared.usecases.inbox import Workspace
    from shared.usecases.listing import Listing
    from shared.usecases.mailing import EndingMails, Mailing
    from shared.usecases.ports import Archive
    from shared.usecases.replaying import Replay

logger = Logger()
metrics = Metrics()


def now() -> datetime:
    """Functions read the time only here, so that tests can replace this function."""
    return datetime.now(UTC)


@cache
def rulebook() -> Rulebook:
    from shared.rulebook.loading import load
    from shared.settings import pilot_without_approval

    loaded = load(parse_words=False).of_clinic(clinic().name)
    return loaded if pilot_without_approval() else loaded.reviewed()


def form_is_open() -> bool:
    from shared.settings import pilot_without_approval

    return pilot_without_approval() or rulebook().approved


def clinic() -> ClinicSettings:
    from shared.settings import ClinicSettings

    return ClinicSettings.from_environment()


def safety() -> Safety:
    from shared.http.problem_details import Safety
    from shared.rulebook.ui_texts import words

    return Safety(rulebook().emergency_advice_in, words, clinic().phone)


def answers_visitors(
    show: Callable[[Request, Exception], Response | None] | None = None, advise: Advise | None = None
) -> Callable[[Handler], LambdaHandler]:
    from shared.http import problem_details

    return problem_details.answers_visitors(safety(), logger.error, show, advise)


def answers_staff() -> Callable[[Handler], LambdaHandler]:
    from shared.http import problem_details

    return problem_details.answers_staff(logger.error)


def plain_forms(redraw: Redraw | None = None, return_origins: frozenset[str] = frozenset()) -> PlainForms:
    from shared.http.plain_forms import PlainForms
    from shared.settings import opening_hours

    return PlainForms(rulebook(), safety(), clinic(), opening_hours(), redraw, return_origins)


@cache
def next_steps() -> NextStepsWriter:
    from shared.http.next_steps import NextStepsWriter
    from shared.rulebook.ui_texts import words
    from shared.settings import TableSettings, opening_hours

    sends_mail = TableSettings.from_environment().sends_mail
    return NextStepsWriter(clinic(), opening_hours(), rulebook(), words, sends_mail)


def form_guard() -> FormGuard:
    from shared.adapters.form_guard import FormGuard
    from shared.settings import form_keys

    return FormGuard(*form_keys())


def _dynamodb(*, background: bool = False) -> DynamoDBClient:
    from shared.adapters.aws import BACKGROUND, PATIENT_FACING, client

    return client("dynamodb", BACKGROUND if background else PATIENT_FACING)


def leads_table(dynamodb: DynamoDBClient | None = None) -> LeadsTable:
    from shared.adapters.dynamodb.leads_table import LeadsTable
    from shared.settings import TableSettings

    table = TableSettings.from_environment()
    return LeadsTable(dynamodb or _dynamodb(), table.leads_table, table.index_shards, sends_mail=table.sends_mail)


def accesses(dynamodb: DynamoDBClient | None = None) -> AccessLog:
    from shared.adapters.dynamodb.access_log import AccessLog
    from shared.settings import access_log

    return AccessLog(dynamodb or _dynamodb(), access_log())


def erasures() -> Erasures:
    from shared.adapters.dynamodb.erasures import Erasures
    from shared.settings import erasures_table

    return Erasures(_dynamodb(), erasures_table())


def rotas(dynamodb: DynamoDBClient | None = None) -> RotaTable:
    from shared.adapters.dynamodb.rota_table import RotaTable
    from shared.settings import rota_table

    return RotaTable(dynamodb or _dynamodb(), rota_table())


def colleagues() -> StaffPool:
    from shared.adapters.aws import PATIENT_FACING, client
    from shared.adapters.staff_pool import StaffPool
    from shared.settings import staff_pool

    return StaffPool(lambda: client("cognito-idp", PATIENT_FACING), staff_pool())


def _queue(url: str) -> SpoolQueue:
    from shared.adapters.aws import SPOOLING, client
    from shared.adapters.spool import SpoolQueue

    return SpoolQueue(lambda: client("sqs", SPOOLING), url)


def _alert_topic(pace: float, *, background: bool = False) -> AlertTopic:
    from shared.adapters.aws import BACKGROUND, PATIENT_FACING, client
    from shared.adapters.sns import AlertTopic, Pace
    from shared.settings import AlertSettings

    sns = client("sns", BACKGROUND if background else PATIENT_FACING)
    return AlertTopic(sns, AlertSettings.from_environment().topic_arn, Pace(pace))


def _addresses(dynamodb: DynamoDBClient) -> MailAddresses:
    from shared.adapters.dynamodb.mail_addresses import MailAddresses
    from shared.settings import mail_addresses, mail_keys

    return MailAddresses(dynamodb, mail_addresses(), mail_keys())


def unsubscribe_links() -> UnsubscribeLinks:
    from shared.adapters.unsubscribe_links import UnsubscribeLinks
    from shared.settings import mail_keys, site_address

    return UnsubscribeLinks(mail_keys(), site_address())


def webhook() -> Webhook:
    from shared.adapters.webhook import Webhook
    from shared.settings import webhook_address, webhook_key

    return Webhook(webhook_address(), webhook_key())


def intake(candidate: Rulebook | None = None) -> Intake:
    from shared.settings import opening_hours, person_keys, spool_queue
    from shared.usecases.capture import Intake

    spool = _queue(spool_queue())
    clock = lambda: now()  # noqa: E731, PLW0108  looks `now` up at each call, so that tests can replace it
    return Intake(rulebook(), leads_table(), spool, clock, opening_hours(), person_keys()[0], candidate)


def replay() -> Replay:
    from shared.settings import failure_queue, opening_hours
    from shared.usecases.replaying import Replay

    return Replay(leads_table(), rulebook(), _queue(failure_queue()), opening_hours())


def _derived_data(dynamodb: DynamoDBClient) -> DerivedData:
    from shared.adapters.dynamodb.derived_data import DerivedData
    from shared.settings import derived_data

    return DerivedData(dynamodb, derived_data())


def listing() -> Listing:
    from shared.settings import opening_hours
    from shared.usecases.listing import Listing

    dynamodb = _dynamodb()
    return Listing(leads_table(dynamodb), accesses(dynamodb), _derived_data(dynamodb), opening_hours().zone)


def counting() -> Counting:
    from shared.settings import opening_hours, person_keys
    from shared.usecases.counting import Counting

    dynamodb = _dynamodb(background=True)
    leads, counts = leads_table(dynamodb), _derived_data(dynamodb)
    return Counting(leads, counts, rulebook(), opening_hours(), person_keys()[0])


def reporting() -> tuple[DerivedData, Rulebook, OpeningHours]:
    from shared.settings import opening_hours

    return _derived_data(_dynamodb()), rulebook(), opening_hours()


@cache
def stop_counts() -> DerivedData:
    return _derived_data(_dynamodb())


def workspace() -> Workspace[Archive]:
    from shared.settings import TableSettings, opening_hours
    from shared.usecases.inbox import Workspace

    dynamodb, sends_mail = _dynamodb(), TableSettings.from_environment().sends_mail
    return Workspace(leads_table(dynamodb), rulebook(), accesses(dynamodb), opening_hours(), sends_mail)


def alerting(pace: float) -> Alerting:
    """`pace`: seconds between two e-mailed alerts."""
    from shared.adapters.dynamodb.leads_and_rota import LeadsAndRota
    from shared.settings import AlertSettings, TableSettings, opening_hours, rota_table
    from shared.usecases.alerting import Alerting

    link, table = AlertSettings.from_environment().staff_link, TableSettings.from_environment()
    dynamodb = _dynamodb()
    shards, sends_mail = table.index_shards, table.sends_mail
    leads = LeadsAndRota(dynamodb, table.leads_table, rota_table(), shards, sends_mail=sends_mail)
    return Alerting(leads, rulebook(), _alert_topic(pace), opening_hours(), link)


def mailing() -> Mailing:
    from shared.adapters.aws import MAILING, client
    from shared.adapters.ses import MAIL_PACE, Mailer
    from shared.adapters.sns import Pace
    from shared.domain.leads.mail_text import MailWriter
    from shared.rulebook.ui_texts import all_words
    from shared.settings import MailSettings, opening_hours
    from shared.usecases.mailing import Mailing

    settings, dynamodb = MailSettings.from_environment(), _dynamodb(background=True)
    mailer = Mailer(client("sesv2", MAILING), settings.sender, settings.configuration_set, Pace(MAIL_PACE))
    writer = MailWriter(clinic().name, clinic().phone, opening_hours(), all_words(), clinic().booking_link)
    return Mailing(leads_table(dynamodb), rulebook(), _addresses(dynamodb), mailer, unsubscribe_links(), writer)


def ending_mails() -> EndingMails:
    from shared.usecases.mailing import EndingMails

    dynamodb = _dynamodb()
    return EndingMails(leads_table(dynamodb), _addresses(dynamodb))


def digesting() -> Digesting:
    from shared.adapters.aws import BACKGROUND, client
    from shared.adapters.sns import SWEEP_PACE, Subscriptions
    from shared.settings import AlertSettings, expected_at_alarms, opening_hours
    from shared.usecases.digest import Digesting

    inbox, _, _ = AlertSettings.from_environment().staff_link.partition("#")
    leads = leads_table(_dynamodb(background=True))
    alarms = Subscriptions(client("sns", BACKGROUND), expected_at_alarms())
    return Digesting(leads, _alert_topic(SWEEP_PACE, background=True), alarms, opening_hours(), inbox)


def watch(within: timedelta) -> Watch:
    """`within`: the longest time that a canary's alert may take."""
    from shared.adapters.aws import BACKGROUND, client
    from shared.adapters.canary import CanaryPath
    from shared.adapters.sns import Subscriptions
    from shared.settings import WatchSettings, expected_at_alarms, on_call_subscriptions
    from shared.usecases.delivery_watch import Watch

    settings = WatchSettings.from_environment()
    form = next(iter(rulebook().rule_sets.values())).questionnaire
    path = CanaryPath(
        client("sqs", BACKGROUND), settings.canary_queue, settings.api_address, form_guard(), (form.id, form.version)
    )
    expected = {settings.topic_arn: settings.expected, **expected_at_alarms()}
    subscriptions = Subscriptions(client("sns", BACKGROUND), expected)
    table = rotas(_dynamodb(background=True))
    return Watch(path, subscriptions, settings.page_hours, within, table, settings.topic_arn, on_call_subscriptions())
