"""Draws the form as single pages for browsers without JavaScript, and as a whole for the script of <lead-form>.

All inserted values are escaped. Data attributes describe each field to the script, which itself contains no questions:

- `data-question`, `data-contact`, `data-consent`: the code of the question, contact field or consent in a block.
- `data-type`: the type of the question, unless it is `choice-one`.
- `data-missing`: the sentence shown if nothing is filled in; absent if the field is optional.
- `data-wrong`: the sentence shown if the value is invalid, in which {used} stands for the value's length.
- `data-low`, `data-high`: the bounds of a number. `data-limit`: the maximum length of a text, in characters.
- `data-shown-when`: the condition that shows the field. `data-hidden-when`: the condition that hides the contact block.
- `data-usual`: common e-mail domains, in which the script points out typos.
- `data-spoken`: the pattern that splits a phone number into its parts.
- `data-other`: the wording if somebody fills in the form for the patient. `data-other-when`: when that wording applies.
- `data-call`: the wording of a consent in a form that asks only for a phone number.
- `data-call-other`: the wording of `data-call` if somebody fills in the form for the patient.
- `data-other`, `data-call` and `data-call-other` on hidden fields: hashes of the wordings.
- `data-progress`, on a page: the text about the step and the time left. `data-texts`, on the form: SCRIPT_TEXTS.
- `data-urgent`: the field is also shown beside emergency advice.
- `data-callback`: the field is also part of the short form for visitors who only want a call.
- `data-alone`, on an option: it excludes the others. `data-message`: id of the message that choosing the option shows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.domain.errors import FieldProblem
from shared.domain.intake.filled_form import (
    ANSWERS,
    CONSENTS,
    CONTACT,
    IN_CALLBACK,
    IN_EMERGENCY,
    SHOWN,
    invalid,
    is_scale,
    unanswered,
)
from shared.domain.intake.form_view import FormView
from shared.domain.intake.mail_typos import USUAL, meant
from shared.domain.intake.phone import SPOKEN, WANTED, phone_link, spoken_number
from shared.domain.rules.condition import AnyOf, Between, Condition, Some, questions_of
from shared.domain.rules.questionnaire import ConsentText, ContactField, Option, Question, hash_of
from shared.http.pages.script_texts import IN_EVERY_LANGUAGE, SCRIPT_TEXTS
from shared.http.templates import environment
from shared.rulebook.form_definition import drawn_condition
from shared.rulebook.ui_texts import words

LANGUAGES = {"en": "English", "es": "Español"}
# The script checks these patterns; the server checks more strictly. Only \p{Nd} matches digits of every alphabet.
PATTERNS = {
    "tel": (
        r"(\s*([+\uff0b]|0(?!00))(\P{Nd}*\p{Nd}){8,18}"
        r"|(?!\s*[+\uff0b])(\P{Nd}*1)?(\P{Nd}*(?![01])\p{Nd}(\P{Nd}*\p{Nd}){2}){2}(\P{Nd}*\p{Nd}){4})"
        r"(\P{Nd}+\p{Nd}{1,10})?\P{Nd}*"
    ),
    "email": r"\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*",
}
WRONG = {
    "tel": WANTED,
    "email": "Enter an e-mail address like name@example.com.",
}
SHORT = 30  # the longest option label, in characters, that fits beside another option on a phone's screen


@dataclass(frozen=True, slots=True)
class PageContext:
    """The values that every page needs.

    base: the prefix of links to other pages of the service.
    open_late: whether the clinic is ever open in the evening.
    """

    clinic: str
    phone: str
    advice: str
    language: str
    words: Mapping[str, str]
    notices: list[str]
    base: str
    open_late: bool

    @property
    def phone_link(self) -> str:
        return phone_link(self.phone)

    def t(self, text: str, **values: object) -> str:
        return self.words.get(text, text).format_map(values) if values else self.words.get(text, text)

    def script_texts(self) -> dict[str, dict[str, str]]:
        """Returns language -> name -> text: all texts in the page's language, and IN_EVERY_LANGUAGE in the others."""
        return {
            language: {
                name: words(language).get(text, text)
                for name, text in SCRIPT_TEXTS.items()
                if language == self.language or name in IN_EVERY_LANGUAGE
            }
            for language in LANGUAGES
        }

    def step(self, view: FormView) -> str:
        return self.t("Step {number} of {count}", number=view.number, count=view.count)

    def progress(self, view: FormView) -> str:
        text = "Step {number} of {count}, about {minutes} min left"
        return self.t(text, number=view.number, count=view.count, minutes=view.minutes)

    def problem(self, problem: FieldProblem) -> str:
        return problem.in_words(self.words)

    def label(self, text: str) -> str:
        """Leaves out the instruction "Check all that apply." for the error summary."""
        return text.replace(self.t("Check all that apply."), "").replace("Check all that apply.", "").strip()

    def about(self, question: Question, view: FormView) -> str:
        if view.kind != "follow-ups":
            return self.when(question.shown_when, view)
        labels = [
            _label(option, view)
            for part in _parts(question.shown_when)
            for option in view.form.questionnaire.questions[part.question].options
            if option.code in part.options and option.code in view.form.typed(ANSWERS + part.question)
        ]
        return self.t("You answered: {answers}.", answers="; ".join(labels)) if labels else ""

    def when(self, condition: Condition | None, view: FormView) -> str:
        """Returns when to answer a question, for a form with one page, and otherwise ""."""
        if condition is None or not view.whole or view.kind == "element":
            return ""
        questions = view.form.questionnaire.questions
        match condition:
            case Some(parts):
                return " ".join(self.when(part, view) for part in parts)
            case Between(asked, low, high) if low is not None and high is not None:
                text = "Only if your answer to “{question}” is from {low} to {high}."
                return self.t(text, question=_without_explanation(questions[asked]), low=low, high=high)
            case AnyOf(asked, codes):
                parent = questions[asked]
                named = "; ".join(option.label for option in parent.options if option.code in codes)
                text = "Only if your answer to “{question}” is: {answers}."
                return self.t(text, question=_without_explanation(parent), answers=named)
            case _:
                return ""


def draw(template: str, around: PageContext, **values: object) -> str:
    return _templates.get_template(template).render(around=around, t=around.t, **values)


def target(problem: FieldProblem, view: FormView) -> str:
    _, _, rest = problem.pointer.partition("/")
    part, _, name = rest.partition("/")
    if part == "answers" and any(question.code == name for _, shown in view.sections for question in shown):
        return "" if view.kind == "emergency" else f"question-{name}"
    if part == "contact":
        return f"contact-{name if name in contact_codes(view) else 'phone'}"
    if part == "consents":
        return f"consent-{name or 'contact'}"
    return ""


def listed(view: FormView) -> list[FieldProblem]:
    contact = view.form.questionnaire.contact
    fields = [f"question-{code}" for code in view.form.questionnaire.questions]
    fields += [f"contact-{field.code}" for field in contact.fields]
    fields += [f"consent-{consent.code}" for consent in contact.consents]
    place = {field: number for number, field in enumerate(fields)}
    return sorted(view.problems, key=lambda problem: place.get(target(problem, view), len(place)))


def problem_at(view: FormView, field: str) -> FieldProblem | None:
    return next((problem for problem in view.problems if target(problem, view) == field), None)


def contact_codes(view: FormView) -> tuple[str, ...]:
    if view.kind == "emergency":
        return IN_EMERGENCY
    if view.short:
        return IN_CALLBACK
    return tuple(entry.code for entry in view.form.questionnaire.contact.fields)


def has_contact(view: FormView) -> bool:
    return not view.form.minor and (view.kind == "emergency" or (view.kind == "page" and view.last))


def follows(question: Question, view: FormView) -> bool:
    if question.shown_when is None:
        return False
    page = next(page for page in view.form.questionnaire.pages if question in page.questions)
    return not questions_of(question.shown_when).isdisjoint(one.code for one in page.questions)


def question_data(question: Question, view: FormView, around: PageContext) -> dict[str, object]:
    if view.kind != "element":
        return {}
    missing = unanswered(question)
    bounds = {"data-low": question.minimum, "data-high": question.maximum, "data-limit": question.max_length}
    return {
        "id": f"block-{question.code}",
        "data-question": question.code,
        "data-type": None if question.type == "choice-one" else question.type,
        "data-missing": around.t(missing) if missing else None,
        "data-wrong": None if question.options else around.t(invalid(question), **question.limits, used="{used}"),
        "data-shown-when": json.dumps(drawn_condition(question.shown_when)) if question.shown_when else None,
        "data-callback": "" if question in view.form.questionnaire.pages[0].questions else None,
        **bounds,
    }


def contact_data(field: ContactField, view: FormView, around: PageContext) -> dict[str, object]:
    if view.kind != "element":
        return {}
    either = field.code in ("phone", "email")
    return {
        "data-contact": field.code,
        "data-missing": around.t("Please fill this in.") if field.required and not either else None,
        "data-wrong": around.t(WRONG[field.type]) if field.type in WRONG else None,
        "data-shown-when": json.dumps(drawn_condition(field.shown_when)) if field.shown_when else None,
        "data-spoken": SPOKEN if field.type == "tel" else None,
        "data-urgent": "" if field.code in IN_EMERGENCY else None,
        "data-callback": "" if field.code in IN_CALLBACK else None,
        "data-usual": " ".join(USUAL) if field.type == "email" else None,
    }


def contact_shown(view: FormView) -> list[ContactField]:
    more = more_contact(view)
    return [
        field
        for field in view.form.questionnaire.contact.fields
        if field.code in contact_codes(view) and field not in more
        if field.shown_when is None or view.whole or field.shown_when.holds(view.form.facts)
    ]


def more_contact(view: FormView) -> list[ContactField]:
    """Visitors see these fields only after they ask for more fields."""
    if view.kind == "emergency" or view.short:
        return []
    fields = view.form.questionnaire.contact.fields
    return [one for one in fields if not (one.required or one.shown_when or one.code in ("phone", "email"))]


def is_filled(view: FormView, fields: list[ContactField]) -> bool:
    return any(typed(view, CONTACT + field.code) or problem_at(view, f"contact-{field.code}") for field in fields)


def short(options: list[tuple[str, str, str, bool, str]]) -> bool:
    """Returns whether two options fit side by side on a phone. Ignores options that exclude the others."""
    return max(len(label) for _, label, _, alone, _ in options if not alone) <= SHORT


def consent_data(consent: ConsentText, view: FormView, around: PageContext) -> dict[str, object]:
    if view.kind != "element":
        return {}
    needed = {
        "data-missing": around.t("Check this box so that we can contact you."),
        "data-urgent": "",
        "data-callback": "",
    }
    return {"data-consent": consent.code, **(needed if consent.required else {})}


def hidden(view: FormView) -> list[tuple[str, str]]:
    """The fields carry the answers of other pages and the state of this page."""
    drawn = {"website"}
    if view.kind in ("page", "follow-ups"):
        drawn |= {f"{ANSWERS}{question.code}" for _, shown in view.sections for question in shown}
    if has_contact(view):
        drawn |= {f"{SHOWN}{consent.code}" for consent in view.form.questionnaire.contact.consents}
        drawn |= {f"{CONTACT}{code}" for code in contact_codes(view)}
        drawn |= {
            f"{CONSENTS}{consent.code}"
            for consent in view.form.questionnaire.contact.consents
            if consent.required or not (view.kind == "emergency" or view.short)
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


def review(view: FormView) -> list[tuple[str, str, str, str]]:
    """Returns (page id, field code, label, answer) of every answer, for the visitor to check before Send."""
    form = view.form
    other = form.for_somebody_else
    found = [
        (page.id, question.code, _text(question, other=other), _answered(view, ANSWERS, question))
        for page in form.questionnaire.form_pages
        for question in page.questions
        if form.is_due(question)
    ]
    last = form.questionnaire.page_ids[-1]
    found += [
        (last, field.code, _text(field, other=other), _answered(view, CONTACT, field))
        for field in form.questionnaire.contact.fields
        if field.shown_when is None or field.shown_when.holds(form.facts)
    ]
    return [row for row in found if row[-1]]


def _text(asked: Question | ContactField, *, other: bool) -> str:
    return asked.text_other if other and asked.text_other else asked.text


def _answered(view: FormView, prefix: str, asked: Question | ContactField) -> str:
    given = [text for text in view.form.typed(prefix + asked.code) if text.strip()]
    if asked.type == "tel":
        return spoken_number(given[0]) if given else ""
    labels = {option.code: _label(option, view) for option in asked.options}
    return "; ".join(labels.get(text, text) for text in given)


def typed(view: FormView, name: str) -> str:
    return next(iter(view.form.typed(name)), "")


def chosen(view: FormView, name: str) -> tuple[str, ...]:
    return view.form.typed(name)


def label_of(problem: FieldProblem, view: FormView) -> str:
    part, _, name = problem.pointer.lstrip("/").partition("/")
    if part == "answers" and name in view.form.questionnaire.questions:
        question = view.form.questionnaire.questions[name]
        return _text(question, other=view.form.for_somebody_else)
    fields: dict[str, ContactField] = {entry.code: entry for entry in view.form.questionnaire.contact.fields}
    return f"{fields[name].text}:" if part == "contact" and name in fields else ""


def _parts(condition: Condition | None) -> tuple[AnyOf, ...]:
    parts = condition.conditions if isinstance(condition, Some) else (condition,)
    return tuple(part for part in parts if isinstance(part, AnyOf))


def _label(option: Option, view: FormView) -> str:
    return option.label_other if view.form.for_somebody_else and option.label_other else option.label


def _without_explanation(question: Question) -> str:
    start, mark, _ = question.text.partition("?")
    return start + mark


_templates = environment()
_templates.globals |= {
    "style": (Path(__file__).parent / "questions.css").read_text(encoding="utf-8"),
    "languages": LANGUAGES,
    "target": target,
    "problem_at": problem_at,
    "contact_codes": contact_codes,
    "has_contact": has_contact,
    "hidden": hidden,
    "typed": typed,
    "chosen": chosen,
    "label_of": label_of,
    "listed": listed,
    "review": review,
    "is_scale": is_scale,
    "follows": follows,
    "question_data": question_data,
    "contact_data": contact_data,
    "consent_data": consent_data,
    "hash_of": hash_of,
    "contact_shown": contact_shown,
    "more_contact": more_contact,
    "is_filled": is_filled,
    "short": short,
    "meant": meant,
    "drawn_condition": drawn_condition,
    "PATTERNS": PATTERNS,
}
