"""Draws the HTML pages for browsers without JavaScript. All inserted values are escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.domain.errors import FieldProblem
from shared.domain.intake.filled_form import ANSWERS, CONSENTS, CONTACT, IN_EMERGENCY, FormView, is_scale
from shared.domain.intake.phone import phone_link
from shared.domain.rules.condition import AnyOf, Between
from shared.domain.rules.questionnaire import ContactField, Question

LANGUAGES = {"en": "English", "es": "Español"}


@dataclass(frozen=True, slots=True)
class PageContext:
    """The values that every page shows around its content. `base`: prefix of links."""

    clinic: str
    phone: str
    advice: str
    language: str
    words: Mapping[str, str]
    notices: list[str]
    base: str

    @property
    def phone_link(self) -> str:
        return phone_link(self.phone)

    def t(self, text: str, **values: object) -> str:
        """Returns the text in the page's language, with its {placeholders} filled in."""
        return self.words.get(text, text).format_map(values) if values else self.words.get(text, text)

    def problem(self, problem: FieldProblem) -> str:
        return problem.in_words(self.words)

    def label(self, text: str) -> str:
        """Returns a question for the error summary, without its instruction "Check all that apply."."""
        return text.replace(self.t("Check all that apply."), "").replace("Check all that apply.", "").strip()

    def about(self, question: Question, view: FormView) -> str:
        """Explains a follow-up question: on the single page, when to answer it; otherwise, which answer it follows."""
        if view.whole:
            return self._condition(question, view)
        if view.kind == "follow-ups" and isinstance(question.shown_when, AnyOf):
            parent = view.form.questionnaire.questions[question.shown_when.question]
            given = view.form.typed(ANSWERS + parent.code)
            labels = [option.label for option in parent.options if option.code in given]
            return self.t("You answered: {answers}.", answers="; ".join(labels))
        return ""

    def _condition(self, question: Question, view: FormView) -> str:
        questions = view.form.questionnaire.questions
        match question.shown_when:
            case Between(asked, low, high) if low is not None and high is not None:
                text = "Only if your answer to “{question}” is from {low} to {high}."
                return self.t(text, question=_without_explanation(questions[asked]), low=low, high=high)
            case AnyOf(asked, codes):
                parent = questions[asked]
                named = [option.label for option in parent.options if option.code in codes]
                others = [option.label for option in parent.options if option.code not in codes]
                text = "Only if your answer to “{question}” is: {answers}."
                if len(others) < len(named):  # names the shorter list of options, which is easier to read
                    text = "Only if your answer to “{question}” is anything other than: {answers}."
                    named = others
                return self.t(text, question=_without_explanation(parent), answers="; ".join(named))
            case _:
                return ""


def draw(template: str, around: PageContext, **values: object) -> str:
    return _templates.get_template(template).render(around=around, t=around.t, **values)


def target(problem: FieldProblem, view: FormView) -> str:
    """Returns the HTML id of the field that a problem is about; empty if this page does not show the field."""
    _, _, rest = problem.pointer.partition("/")
    part, _, name = rest.partition("/")
    if part == "answers" and any(question.code == name for _, shown in view.sections for question in shown):
        return "" if view.kind == "emergency" else f"question-{name}"
    if part == "contact":
        return f"contact-{name if name in contact_codes(view) else 'phone'}"
    if part == "consents":
        return f"consent-{name or 'contact'}"
    return ""


def problem_at(view: FormView, field: str) -> FieldProblem | None:
    return next((problem for problem in view.problems if target(problem, view) == field), None)


def contact_codes(view: FormView) -> tuple[str, ...]:
    if view.kind == "emergency":
        return IN_EMERGENCY
    return tuple(entry.code for entry in view.form.questionnaire.contact.fields)


def has_contact(view: FormView) -> bool:
    return not view.form.minor and (view.kind == "emergency" or (view.kind == "page" and view.last))


def hidden(view: FormView) -> list[tuple[str, str]]:
    """Returns the names and values of hidden fields: earlier answers to carry along, and the state of this page."""
    drawn = {"website"}
    if view.kind in ("page", "follow-ups"):
        drawn |= {f"{ANSWERS}{question.code}" for _, shown in view.sections for question in shown}
    if has_contact(view):
        drawn |= {f"{CONTACT}{code}" for code in contact_codes(view)}
        drawn |= {
            f"{CONSENTS}{consent.code}"
            for consent in view.form.questionnaire.contact.consents
            if consent.required or view.kind != "emergency"
        }
    fields = list(view.form.carried(drawn))
    if view.step:
        fields.append(("step", view.step))
    if view.kind in ("page", "follow-ups") and view.step:
        shown = {question.code for _, questions in view.sections for question in questions}
        asked = shown | view.form.asked if view.kind == "follow-ups" else shown
        fields += [("asked", code) for code in sorted(asked)]
    if view.kind == "follow-ups":
        fields.append(("follow_ups", "yes"))
    return fields


def typed(view: FormView, name: str) -> str:
    return next(iter(view.form.typed(name)), "")


def chosen(view: FormView, name: str) -> tuple[str, ...]:
    return view.form.typed(name)


def label_of(problem: FieldProblem, view: FormView) -> str:
    """Returns the name of the invalid field for the error summary."""
    part, _, name = problem.pointer.lstrip("/").partition("/")
    if part == "answers" and name in view.form.questionnaire.questions:
        return view.form.questionnaire.questions[name].text
    fields: dict[str, ContactField] = {entry.code: entry for entry in view.form.questionnaire.contact.fields}
    return f"{fields[name].text}:" if part == "contact" and name in fields else ""


def _without_explanation(question: Question) -> str:
    """Returns the question up to its question mark, without explanations."""
    start, mark, _ = question.text.partition("?")
    return start + mark


_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_templates.globals |= {
    "languages": LANGUAGES,
    "target": target,
    "problem_at": problem_at,
    "contact_codes": contact_codes,
    "has_contact": has_contact,
    "hidden": hidden,
    "typed": typed,
    "chosen": chosen,
    "label_of": label_of,
    "is_scale": is_scale,
}
_templates.filters["query"] = urlencode
