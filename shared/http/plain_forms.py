"""Reads requests of the plain form (without JavaScript), and responds with pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

from shared.domain.errors import FieldProblem, InvalidInput, StoreUnavailable, SubmissionConflict
from shared.domain.intake.attribution import ATTRIBUTION, clean_attribution
from shared.domain.intake.filled_form import CALLBACK_STEP, SOMEBODY_ELSE, WHOLE, FilledForm
from shared.domain.intake.form_view import FormView
from shared.domain.intake.language import primary_language
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.advice import advice_at_once
from shared.domain.rules.triage import NOT_A_FIT, SEEK_EMERGENCY_CARE
from shared.http.addresses import LONGEST_ADDRESS, host, return_address
from shared.http.problem_details import RETRY_AFTER, Safety, problem
from shared.http.requests import Request, UnreadableRequest, checked
from shared.http.responses import SECURITY, Response
from shared.rulebook.notices import TRANSLATION_NOTICE
from shared.settings import ClinicSettings

if TYPE_CHECKING:
    from shared.domain.intake.added_answers import AddedAnswers
    from shared.domain.intake.submission import Submission
    from shared.domain.leads.lead import Lead, Receipt
    from shared.domain.rules.advice import ShownMessage
    from shared.domain.rules.triage import RuleSet
    from shared.http.visitor_responses import NextSteps
    from shared.rulebook.loading import Rulebook

REDRAWN = ("POST /submissions", "POST /callbacks", "POST /form")  # routes whose errors show the form again
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # no other site may learn the URL of a receipt
    **SECURITY,
    "vary": "accept, accept-language",
}

Redraw = Callable[[FilledForm, tuple[FieldProblem, ...]], FormView]
MakeId = Callable[[str, datetime], UUID]


@dataclass(frozen=True, slots=True)
class PlainForms:
    """The reader and writer of plain forms.

    redraw: returns the view of an invalid form with its problems; None if the function never shows a form again.
    return_origins: the origins of pages that a receipt may link back to.
    """

    rules: Rulebook
    safety: Safety
    clinic: ClinicSettings
    hours: OpeningHours
    redraw: Redraw | None = None
    return_origins: frozenset[str] = frozenset()

    def read(self, request: Request) -> FilledForm:
        fields = request.form_fields
        if language := fields.get("switch_language"):  # shows the same page in another language
            fields = {**fields, "language": language, "show": fields.get("step", ()) if "asked" in fields else ()}
        wanted = {name: next(iter(fields.get(name, ())), "") for name in ("questionnaire", "language")}
        return self._form(fields, wanted["questionnaire"], wanted["language"])

    def blank(self, request: Request, token: str) -> FilledForm:
        query = request.query
        own, referrer = request.own_address, host(request.header("referer"))
        attribution = clean_attribution(
            {
                "landing_path": urlsplit(own + "form").path,
                **({"referrer_host": referrer} if referrer and referrer != host(own) else {}),
                **query,
            }
        )
        form = self._form({}, query.get("questionnaire", ""), request.language(self._languages(query)))
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

    def first_view(self, request: Request, form: FilledForm) -> FormView:
        steps = {"single": WHOLE, "callback": CALLBACK_STEP}
        return FormView(form, "page", steps.get(request.query.get("mode", ""), form.questionnaire.page_ids[0]))

    def submission(self, request: Request, form: FilledForm, make_id: MakeId, at: datetime) -> Submission:
        """Converts the form to a submission.

        Raises: InvalidInput with every missing or invalid field; without fields if the visitor changes the language.
        """
        if form.first("switch_language"):
            raise InvalidInput(())
        from shared.domain.intake.submission import Submission  # noqa: PLC0415  only where a form is sent

        shown_at = request.header("referer").partition("?")[0][:LONGEST_ADDRESS]
        content = form.submission(form.submission_id or UUID(int=0), shown_at)
        if form.submission_id is None:
            content["submission_id"] = make_id(json.dumps(content, default=str, sort_keys=True), at)
        problems = form.problems_at_the_end()
        try:
            submission = checked(content, Submission)
        except InvalidInput as error:
            known = {problem.pointer for problem in problems}
            problems += tuple(problem for problem in error.problems if not _is_reported(problem.pointer, known))
        if problems:
            raise InvalidInput(problems)
        return submission

    @staticmethod
    def check_contact(contact: Mapping[str, str]) -> tuple[FieldProblem, ...]:
        from shared.domain.intake.submission import ContactEntry  # noqa: PLC0415  only after the last page

        try:
            checked(contact, ContactEntry)
        except InvalidInput as error:
            return tuple(one._replace(pointer=f"/contact{one.pointer}") for one in error.problems if one.pointer)
        return ()

    def added_answers(self, form: FilledForm) -> AddedAnswers:
        """Raises InvalidInput with every invalid field."""
        from shared.domain.intake.added_answers import AddedAnswers  # noqa: PLC0415  only where such a page is sent

        return checked(form.added_answers(), AddedAnswers)

    def added(self, request: Request) -> bytes:
        """Returns the same questions for every visitor."""
        form = self._form({}, request.query.get("questionnaire", ""), request.language(self._languages(request.query)))
        return self._draw(
            request, "added.html", form, view=FormView(form, "element", WHOLE), level=_level(request)
        ).encode()

    def element(self, request: Request) -> bytes:
        """Returns the same form for every visitor."""
        from shared.rulebook.form_definition import drawn_condition  # loaded only to draw the form  # noqa: PLC0415

        language = request.language(self._languages(request.query))
        rule_set = self._rule_set(request.query.get("questionnaire", ""), language)
        form = FilledForm({}, rule_set.questionnaire)
        messages = advice_at_once(rule_set)
        drawn = self._draw(
            request,
            "element.html",
            form,
            level=_level(request),
            view=FormView(form, "element", WHOLE, at_once=rule_set.messages_at_once),
            messages=messages,
            net=rule_set.net,
            alone=frozenset(one.id for one in messages if rule_set.messages[one.id].alone),
            other_when=drawn_condition(other) if (other := form.questionnaire.definitions.get(SOMEBODY_ELSE)) else None,
        )
        lines = (line.strip() for line in drawn.splitlines())
        return "\n".join(line for line in lines if line).replace(">\n<", "><").encode()

    def closed(self, request: Request) -> Response:
        form = self._form({}, request.query.get("questionnaire", ""), request.language(self._languages(request.query)))
        fragment = request.query.get("mode") == "element"
        return self._page(
            request, HTTPStatus.OK, "closed_element.html" if fragment else "closed.html", form, level=_level(request)
        )

    def unsubscribing(self, request: Request, *, done: bool) -> Response:
        """`done`: False for the page with the button, True for the page that confirms."""
        form = self._form({}, "", request.language(self._languages({})))
        return self._page(request, HTTPStatus.OK, "unsubscribe.html", form, done=done)

    def view(self, request: Request, view: FormView, status: HTTPStatus = HTTPStatus.OK) -> Response:
        form = view.form
        others = self.rules.languages(form.questionnaire.id)
        return self._page(
            request,
            status,
            "form.html",
            form,
            view=view,
            others=[language for language in others if language != form.questionnaire.language],
            opened=request.text is None,
            query=_query(request),
        )

    def sent(self, request: Request, form: FilledForm, submission_id: UUID, *, added: bool = False) -> Response:
        """Redirects to the receipt, so that reloading the page does not send the form again."""
        back = return_address(form.first("return_to"), self.return_origins, request.own_address)
        query = urlencode({**({"return_to": back} if back else {}), **({"added": "yes"} if added else {})})
        headers = {
            "location": f"{_up(request)}received/{submission_id}{'?' if query else ''}{query}",
            "cache-control": "no-store",
            **SECURITY,
        }
        return {"statusCode": int(HTTPStatus.SEE_OTHER), "headers": headers, "body": ""}

    def receipt_at_once(
        self, request: Request, form: FilledForm, receipt: Receipt, steps: NextSteps | None, status: HTTPStatus
    ) -> Response:
        """Returns the receipt without a redirect, for cases in which sending the form again is harmless.

        These cases are callback requests, spooled leads, and receipts of which nothing is stored.
        """
        back = return_address(form.first("return_to"), self.return_origins, request.own_address)
        known = self._form({}, "", form.questionnaire.language)
        return self._receipt(request, known, status, receipt=receipt, back=back, steps=steps)

    def receipt_of(self, request: Request, lead: Lead, steps: NextSteps) -> Response:
        sent = lead.submitted
        fields = {"questionnaire": (sent.questionnaire,), "language": (sent.language,)}
        known = self._form(
            {**fields, "answers.who": (str(sent.answers.get("who", "")),)}, sent.questionnaire, sent.language
        )
        # nothing may distract from the advice of these dispositions
        offered = lead.assessment.disposition not in (SEEK_EMERGENCY_CARE, NOT_A_FIT)
        return self._receipt(
            request,
            known,
            receipt=lead.receipt,
            back=self.return_link(request),
            view=FormView(known, "page", WHOLE) if offered else None,
            added="added" in request.query,
            lead_id=lead.lead_id,
            steps=steps,
        )

    def _receipt(
        self, request: Request, form: FilledForm, status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> Response:
        shown = {"view": None, "added": False, "lead_id": "", **values}
        return self._page(request, status, "receipt.html", form, **shown)

    def return_link(self, request: Request) -> str:
        text = request.query.get("return_to", "")
        return return_address(text, self.return_origins, request.own_address)

    def show_problem(
        self, request: Request, error: Exception, messages: tuple[ShownMessage, ...] = ()
    ) -> Response | None:
        """Returns the problem as a page that keeps what the visitor typed.

        Returns None for a client that wants JSON, and if the page cannot be drawn.

        messages: the emergency advice for the answers. A page that shows the form again leaves the advice out.
        """
        if not request.wants_page:
            return None
        try:
            return self._problem_page(request, error, messages)
        except Exception:  # noqa: BLE001  if drawing fails, the JSON problem still has the advice
            return None

    def _problem_page(self, request: Request, error: Exception, messages: tuple[ShownMessage, ...]) -> Response:
        form = self._readable(request)
        if form and request.route in REDRAWN and self.redraw and isinstance(error, InvalidInput):
            view = self.redraw(form, error.problems)
            return self.view(request, view, HTTPStatus.UNPROCESSABLE_ENTITY if error.problems else HTTPStatus.OK)
        shown = form or self._form({}, "", request.language(self._languages({})))
        details = problem(error, self.safety, shown.questionnaire.language, messages)
        page = self._page(
            request,
            HTTPStatus(details.status),
            "problem.html",
            shown,
            problem=details,
            again=form if isinstance(error, (SubmissionConflict, StoreUnavailable)) else None,
            conflict=isinstance(error, SubmissionConflict),
            new_id=uuid4(),
            send_to=_path(request),
        )
        if details.status == HTTPStatus.SERVICE_UNAVAILABLE:
            page["headers"]["retry-after"] = str(RETRY_AFTER)
        return page

    def _page(
        self, request: Request, status: HTTPStatus, template: str, form: FilledForm, **values: object
    ) -> Response:
        content = self._draw(request, template, form, **values)
        return {"statusCode": int(status), "headers": dict(HEADERS), "body": content}

    def _draw(self, request: Request, template: str, form: FilledForm, **values: object) -> str:
        from shared.http import pages  # loaded only to draw a page  # noqa: PLC0415

        language = form.questionnaire.language
        return pages.draw(
            template,
            pages.PageContext(
                clinic=self.clinic.name,
                phone=self.clinic.phone,
                advice=self.safety.emergency_advice(language),
                language=language,
                words=self.safety.words(language),
                notices=self._notices(form),
                base=self._base(request),
                open_late=self.hours.open_late,
            ),
            **values,
        )

    @staticmethod
    def _base(request: Request) -> str:
        """Returns the prefix of links, absolute for htmx, which may insert our page into another site's page."""
        if request.header("hx-request"):
            return request.own_address
        return _up(request)

    def _notices(self, form: FilledForm) -> list[str]:
        translation = "" if form.questionnaire.reviewed else TRANSLATION_NOTICE
        return [text for text in (self.rules.approval_notice, translation) if text]

    def _form(self, fields: Mapping[str, tuple[str, ...]], questionnaire_id: str, language: str) -> FilledForm:
        return FilledForm(fields, self._rule_set(questionnaire_id, language).questionnaire)

    def _rule_set(self, questionnaire_id: str, language: str) -> RuleSet:
        rule_set = self.rules.of(questionnaire_id or next(iter(self.rules.rule_sets)), primary_language(language))
        if rule_set is None:
            raise InvalidInput((FieldProblem("/questionnaire/id", "There is no such questionnaire."),))
        return rule_set

    def _languages(self, query: Mapping[str, str]) -> tuple[str, ...]:
        wanted = query.get("questionnaire", "")
        return self.rules.languages(wanted if wanted in self.rules.rule_sets else next(iter(self.rules.rule_sets)))

    def _readable(self, request: Request) -> FilledForm | None:
        try:
            return self.read(request)
        except (UnreadableRequest, InvalidInput):
            return None


def _is_reported(pointer: str, known: set[str]) -> bool:
    return pointer in known or (pointer == "/contact" and any(name.startswith("/contact/") for name in known))


def _level(request: Request) -> int:
    return 1 if request.query.get("level") == "1" else 2


def _up(request: Request) -> str:
    return "../" * (request.depth - 1)


def _path(request: Request) -> str:
    """Returns the path of the request, without a leading slash and without the name of an API Gateway stage."""
    path = request.route.partition(" ")[2].lstrip("/").replace("+}", "}")
    return path.format_map(dict(request.path_parameters))


def _query(request: Request) -> dict[str, str]:
    kept = (*ATTRIBUTION, "mode", "return_to", "questionnaire")
    return {name: value for name, value in request.query.items() if name in kept}
