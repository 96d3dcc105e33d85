"""Sends mails to patients through SES, and parses SES's reports of bounces and complaints."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from shared.domain.errors import ForeignEvent, NotDelivered
from shared.domain.intake.phone import phone_link
from shared.domain.leads.calendar_entry import MEDIA_TYPE
from shared.domain.leads.mail_state import ReturnedMail

if TYPE_CHECKING:
    from shared.adapters.sns import Pace
    from shared.domain.leads.mail_text import Mail

# Seconds between two mails of one process. Two concurrent runs stay below SES's usual 14 mails a second.
MAIL_PACE = 0.2
PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{subject}</title></head>
<body style="margin:0;padding:24px;font:17px/1.5 Arial,sans-serif;color:#1d2733;background:#ffffff">
<div style="max-width:34em;margin:0 auto">
{paragraphs}
<p style="margin:32px 0 0;padding-top:16px;border-top:1px solid #d5dce4;font-size:14px;color:#4a5866">{ending}
<a href="{unsubscribe}" target="_blank" style="color:#1d4f91">{stop}</a></p>
</div></body></html>
"""


class SesClient(Protocol):
    def send_email(self, **request: Any) -> Any: ...


class Mailer:
    """Sends mails from one address.

    sender: the From address, which needs a verified identity in SES.
    configuration_set: the SES configuration set that reports bounces and complaints.
    """

    def __init__(self, client: SesClient, sender: str, configuration_set: str, pace: Pace) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set
        self._pace = pace

    def send(self, mail: Mail) -> None:
        """Sends a mail, after a pause if the last mail was too recent.

        Raises NotDelivered if SES certainly did not accept the mail. After any other error, SES may have accepted it.
        """
        self._pace.keep()
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={"Simple": _content(mail)},
                ConfigurationSetName=self._configuration_set,
                EmailTags=[{"Name": name, "Value": value} for name, value in mail.tags.items()],
            )
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise NotDelivered from error
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            raise NotDelivered from error


def _content(mail: Mail) -> dict[str, Any]:
    content: dict[str, Any] = {
        "Subject": _utf8(mail.subject),
        "Body": {"Text": _utf8(as_text(mail)), "Html": _utf8(as_html(mail))},
        "Headers": [  # RFC 8058: mail programs show an "unsubscribe" button that posts to this URL
            {"Name": "List-Unsubscribe", "Value": f"<{mail.unsubscribe}>"},
            {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
        ],
    }
    if mail.calendar:
        content["Attachments"] = [
            {
                "FileName": "appointment.ics",
                "ContentType": f"{MEDIA_TYPE}; charset=utf-8; method=PUBLISH",
                "ContentDisposition": "ATTACHMENT",
                "RawContent": mail.calendar.encode(),
            }
        ]
    return content


def as_text(mail: Mail) -> str:
    return "\n\n".join((*mail.paragraphs, f"{mail.ending}\n{mail.unsubscribe}")) + "\n"


def as_html(mail: Mail) -> str:
    lines = ("<br>".join(map(escape, text.splitlines())) for text in mail.paragraphs)
    link, phone = escape(mail.booking_link), escape(mail.phone)
    call = f'<a href="{phone_link(mail.phone)}" style="color:#1d4f91;white-space:nowrap">{phone}</a>'
    lines = (line.replace(phone, call) for line in lines)
    if link:
        anchor = f'<a href="{link}" style="color:#1d4f91;word-break:break-all">{link}</a>'
        lines = (line.replace(link, anchor) for line in lines)
    return PAGE.format(
        language=escape(mail.language),
        subject=escape(mail.subject),
        paragraphs="\n".join(f'<p style="margin:0 0 16px">{text}</p>' for text in lines),
        ending=escape(mail.ending),
        unsubscribe=escape(mail.unsubscribe),
        stop=escape(mail.stop),
    )


def returned_mail(text: str) -> ReturnedMail | None:
    """Returns the mail that bounced or drew a complaint, or None if the report needs no action.

    Raises ForeignEvent if the text is no report about a bounce or complaint of this service's mail.
    """
    if text.startswith("Successfully validated SNS topic"):  # SES sends it when the configuration set is created
        return None
    try:
        report = json.loads(text)
    except (ValueError, RecursionError):
        report = None
    match report:
        case {"mail": {"destination": [str() as email, *_], "tags": {"lead_id": [lead_id], "kind": [str() as kind]}}}:
            try:
                returned = ReturnedMail(UUID(lead_id), kind, email, None)
            except (ValueError, AttributeError, TypeError):
                raise ForeignEvent("not about a mail of this service") from None
        case _:
            raise ForeignEvent("not a report of SES")
    match report:
        case {"eventType": "Bounce", "bounce": {"bounceType": "Permanent"}}:
            return replace(returned, closing="bounce")
        case {"eventType": "Bounce"}:
            return returned
        # the recipient withdrew the complaint
        case {"eventType": "Complaint", "complaint": {"complaintFeedbackType": "not-spam"}}:
            return None
        case {"eventType": "Complaint"}:
            return replace(returned, closing="complaint")
    raise ForeignEvent("not a bounce or a complaint")


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
