"""Plain HTML forms, complete without JavaScript: an API Gateway event on one side, pages on the other."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid4

from shared.domain.errors import FieldProblem, InvalidInput, StoreUnavailable, SubmissionConflict
from shared.domain.intake.attribution import ATTRIBUTION, clean_attribution
from shared.domain.intake.filled_form import WHOLE, FilledForm, FormView
from shared.domain.intake.submission import Submission
from shared.domain.leads.lead import Receipt
from shared.domain.rules.triage import RuleSet
from shared.http import api, form_body, negotiation
from shared.rulebook.notices import TRANSLATION_NOTICE
from shared.settings import ClinicSettings

HTML, JSON = "text/html", "application/json"
LONGEST_ADDRESS = 500
HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?")
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # the address of a receipt stays here
    **api.SECURITY,
    "vary": "accept, accept-language",
}

Mend = Callable[[FilledForm, tuple[FieldProblem, ...]], FormView]


class Rules(Protocol):
    @property
    def rule_sets(self) -> Mapping[str, RuleSet]: ...

    @property
    def approval_notice(self) -> str: ...

    def of(self, questionnaire_id: str, language: str = "", /) -> RuleSet | None: ...

    def languages(self, questionnaire_id: str, /) -> tuple[str, ...]: ...


class IdMaker(Protocol):
    def submission_id(self, content: str, at: datetime, /) -> UUID: ...


def sends_form(event: api.Event) -> bool:
    return _content_type(event) in form_body.MEDIA_TYPES


def wants_page(event: api.Event) -> bool:
    """A form is answered with a page and JSON with JSON, unless the client asks for the other."""
    if _content_type(event) == JSON:
        return False
    method = event.get("requestContext", {}).get("http", {}).get("method")
    offers = (HTML, JSON) if method == "GET" or sends_form(event) else (JSON, HTML)
    return negotiation.preferred(_header(event, "accept"), offers) == HTML


def own_address(event: api.Event) -> str:
    """The address that the service's paths are appended to, as this client called it."""
    depth = str(event.get("routeKey", "")).count("/")  # the route's parts are the last of the path's, whatever they say
    path = "/".join(str(event.get("rawPath", "/")).split("/")[:-depth])
    scheme = "https" if _header(event, "x-forwarded-proto") == "https" else "http"
    host = _header(event, "host")
    if not HOST.fullmatch(host):
        host = str(event["requestContext"].get("domainName", ""))
    return f"{scheme}://{host}{path.rstrip('/')}/"


def return_address(text: str, origins: frozenset[str], own: str) -> str:
    """The address, where it is on a site that was named or our own; else nothing."""
    if len(text) > LONGEST_ADDRESS or not text.isascii() or not text.isprintable() or set(text) & set(' \\"<>'):
        return ""
    try:
        parts, mine = urlsplit(text), urlsplit(own)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:  # a browser reads https:site as https://site
        return ""
    known = {*origins, f"{mine.scheme}://{mine.netloc}"}
    return text if f"{parts.scheme}://{parts.netloc}" in known else ""


@dataclass(frozen=True, slots=True)
class PlainForms:
    """`mend`: what to show when a form cannot be sent as it is."""

    rules: Rules
    safety: api.Safety
    clinic: ClinicSettings
    mend: Mend | None = None
    return_origins: frozenset[str] = frozenset()

    def read(self, event: api.Event) -> FilledForm:
        """Raises UnreadableRequest or InvalidInput."""
        if not sends_form(event):
            raise api.UnreadableRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the form the way a browser does.")
        content = api.body(event)
        try:
            fields = form_body.read_fields(content, _header(event, "content-type"))
        except ValueError:
            raise api.UnreadableRequest(HTTPStatus.BAD_REQUEST, "The form could not be read.") from None
        if language := fields.get("switch_language"):  # the same page again, in that language
            fields = {**fields, "language": language, "show": fields.get("step", ()) if "asked" in fields else ()}
        wanted = {name: next(iter(fields.get(name, ())), "") for name in ("questionnaire", "language")}
        return self._form(fields, wanted["questionnaire"], wanted["language"])

    def blank(self, event: api.Event, token: str) -> FilledForm:
        """A new form, with its own submission id; from the address only what says where the visitor came from."""
        query = event.get("queryStringParameters") or {}
        own, referrer = own_address(event), _host(_header(event, "referer"))
        known = {name: (value,) for name, value in query.items() if name in ATTRIBUTION}
        attribution = clean_attribution(
            {
                "landing_path": (urlsplit(own + "form").path,),
                **({"referrer_host": (referrer,)} if referrer and referrer != _host(own) else {}),
                **known,
            }
        )
        form = self._form({}, query.get("questionnaire", ""), api.language(event, self._languages(query)))
        fields = {
            "submission_id": str(uuid4()),
            "questionnaire": form.questionnaire.id,
            "version": form.questionnaire.version,
            "language": form.questionnaire.language,
            "token": token,
            "page": f"{own}form",
            "return_to": query.get("return_to", "")[:LONGEST_ADDRESS],
            **attribution,
        }
        return FilledForm({name: (value,) for name, value in fields.items() if value}, form.questionnaire)

    def first_view(self, event: api.Event, form: FilledForm) -> FormView:
        whole = (event.get("queryStringParameters") or {}).get("mode") == "single"
        return FormView(form, "page", WHOLE if whole else form.questionnaire.page_ids[0])

    def submission(self, event: api.Event, form: FilledForm, ids: IdMaker, at: datetime) -> Submission:
        """Raises InvalidInput with everything that is missing or wrong."""
        if form.first("switch_language"):
            raise InvalidInput(())
        shown_at = _header(event, "referer").partition("?")[0][:LONGEST_ADDRESS]
        content = form.submission(form.submission_id or UUID(int=0), shown_at)
        if form.submission_id is None:
            content["submission_id"] = ids.submission_id(json.dumps(content, default=str, sort_keys=True), at)
        problems = form.problems_at_the_end()
        try:
            submission = api.checked(content, Submission)
        except InvalidInput as error:
            known = {problem.pointer for problem in problems}
            problems += tuple(problem for problem in error.problems if not _said(problem.pointer, known))
        if problems:
            raise InvalidInput(problems)
        return submission

    # --- answers ---

    def view(self, event: api.Event, view: FormView, status: HTTPStatus = HTTPStatus.OK) -> api.Response:
        form = view.form
        others = self.rules.languages(form.questionnaire.id)
        return self._page(
            event,
            status,
            "form.html",
            form,
            view=view,
            others=[language for language in others if language != form.questionnaire.language],
            opened=event.get("body") is None,
            query=_query(event),
        )

    def sent(
        self, event: api.Event, form: FilledForm, submission_id: UUID, receipt: Receipt, *, stored: bool = True
    ) -> api.Response:
        """To the page of the receipt, so that a refresh sends nothing again; a minor's, stored nowhere, at once.

        So is one that is not `stored` yet, since its page cannot be read: sending that again is harmless.
        """
        back = return_address(form.first("return_to"), self.return_origins, own_address(event))
        if receipt.reference is None:
            return self.receipt(event, receipt, form.questionnaire.language, back)
        if not stored:
            shown = self.receipt(event, receipt, form.questionnaire.language, back)
            return shown | {"statusCode": int(HTTPStatus.ACCEPTED)}
        query = f"?return_to={quote(back, safe='')}" if back else ""
        headers = {"location": f"received/{submission_id}{query}", "cache-control": "no-store", **api.SECURITY}
        return {"statusCode": int(HTTPStatus.SEE_OTHER), "headers": headers, "body": ""}

    def receipt(self, event: api.Event, receipt: Receipt, language: str, back: str = "") -> api.Response:
        form = self._form({}, "", language)
        return self._page(event, HTTPStatus.OK, "receipt.html", form, receipt=receipt, back=back)

    def return_link(self, event: api.Event) -> str:
        text = (event.get("queryStringParameters") or {}).get("return_to", "")
        return return_address(text, self.return_origins, own_address(event))

    def show_problem(self, event: api.Event, error: Exception, answer: api.Response) -> api.Response:
        """The problem as a page, with what was typed; for a client that wants JSON, as it is."""
        if not wants_page(event):
            return answer
        try:
            return self._problem_page(event, error)
        except Exception:  # noqa: BLE001  a page that cannot be drawn must not cost the patient the advice
            return answer

    def _problem_page(self, event: api.Event, error: Exception) -> api.Response:
        form = self._readable(event)
        if form and self.mend and isinstance(error, InvalidInput):
            view = self.mend(form, error.problems)
            return self.view(event, view, HTTPStatus.UNPROCESSABLE_ENTITY if error.problems else HTTPStatus.OK)
        shown = form or self._form({}, "", api.language(event, self._languages({})))
        answer = api.problem(error, self.safety, shown.questionnaire.language)
        again = form if isinstance(error, (SubmissionConflict, StoreUnavailable)) else None
        page = self._page(
            event,
            HTTPStatus(answer["statusCode"]),
            "problem.html",
            shown,
            problem=json.loads(answer["body"]),
            again=again,
            conflict=isinstance(error, SubmissionConflict),
            new_id=uuid4(),
        )
        kept = {name: value for name, value in answer["headers"].items() if name == "retry-after"}
        return page | {"headers": page["headers"] | kept}

    def _page(
        self, event: api.Event, status: HTTPStatus, template: str, form: FilledForm, **values: object
    ) -> api.Response:
        from shared.http import pages  # only for those who see a page  # noqa: PLC0415

        language = form.questionnaire.language
        content = pages.draw(
            template,
            pages.PageContext(
                clinic=self.clinic.name,
                phone=self.clinic.phone,
                advice=self.safety.emergency_advice(language),
                language=language,
                words=self.safety.words(language),
                notices=self._notices(form),
                base=self._base(event),
            ),
            **values,
        )
        return {"statusCode": int(status), "headers": dict(HEADERS), "body": content}

    @staticmethod
    def _base(event: api.Event) -> str:
        """Before the paths of links. A script that puts our page into another site's needs them in full."""
        if _header(event, "hx-request"):
            return own_address(event)
        path = str(event.get("routeKey", "")).partition(" ")[2]
        return "../" * (path.count("/") - 1)

    def _notices(self, form: FilledForm) -> list[str]:
        translation = "" if form.questionnaire.reviewed else TRANSLATION_NOTICE
        return [text for text in (self.rules.approval_notice, translation) if text]

    def _form(self, fields: Mapping[str, tuple[str, ...]], questionnaire_id: str, language: str) -> FilledForm:
        rule_set = self.rules.of(questionnaire_id or next(iter(self.rules.rule_sets)), language)
        if rule_set is None:
            raise InvalidInput((FieldProblem("/questionnaire/id", "There is no such questionnaire."),))
        return FilledForm(fields, rule_set.questionnaire)

    def _languages(self, query: Mapping[str, str]) -> tuple[str, ...]:
        wanted = query.get("questionnaire", "")
        return self.rules.languages(wanted if wanted in self.rules.rule_sets else next(iter(self.rules.rule_sets)))

    def _readable(self, event: api.Event) -> FilledForm | None:
        if not sends_form(event):
            return None
        try:
            return self.read(event)
        except (api.UnreadableRequest, InvalidInput):
            return None


def _said(pointer: str, known: set[str]) -> bool:
    return pointer in known or (pointer == "/contact" and any(name.startswith("/contact/") for name in known))


def _header(event: api.Event, name: str) -> str:
    return str((event.get("headers") or {}).get(name, ""))


def _content_type(event: api.Event) -> str:
    return _header(event, "content-type").partition(";")[0].strip().lower()


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _query(event: api.Event) -> dict[str, str]:
    """What the page in another language must keep."""
    query = event.get("queryStringParameters") or {}
    return {
        name: value for name, value in query.items() if name in (*ATTRIBUTION, "mode", "return_to", "questionnaire")
    }
