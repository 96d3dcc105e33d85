"""Tests how free text is read. The vocabulary is invented."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shared.domain.rules.free_text.matcher import Kind, Matcher, Weights, windows
from shared.domain.rules.free_text.reading import DENIAL, Denials, Phrase, read
from shared.domain.rules.free_text.sentences import LONGEST, Spelling, plain
from shared.domain.rules.free_text.vocabulary import Hit, Vocabulary

SPELLING = Spelling(frozenset({"the", "la"}), {"cannot": "cant"}, {("can", "not"): "cant"})
DENIALS = Denials(frozenset({"feeling", "i"}), frozenset({"but"}))
TERMS = {
    "fever": ("fever*", "hot", "calentura"),
    "chill": ("chills", "the shakes", "cold * cold"),
    "cant": ("cant",),
    "saying": ("hot potato",),
    "once": ("once",),
    DENIAL: ("no", "dont have"),
    "=high fever": ("high fever",),
}


def vocabulary(known: tuple[str, ...] = ()) -> Vocabulary:
    made = Vocabulary(SPELLING, known)
    for name, terms in TERMS.items():
        for term in terms:
            made.add(name, term)
    return made


def matcher(rows: Mapping[str, str] | None = None, always: tuple[float, ...] = (-1.0,)) -> Matcher:
    phrases = {"=high fever": [Phrase([("=high fever", 0)])], "fever": [Phrase([("fever", 0), ("chill", 3)])]}
    kind = Kind("infection", phrases, (frozenset({"once"}), frozenset({"saying", "once"})))
    weights = Weights(rows or {}, always, alone=0.0, with_phrase=-3.0)
    topics = {"fever-topic": frozenset({"fever", "chill"})}
    return Matcher(vocabulary(), DENIALS, frozenset({"once", "saying"}), (kind,), topics, weights)


def denied(text: str) -> list[str]:
    (words,) = SPELLING.sentences(text)
    sentence = read(words, vocabulary(), DENIALS, frozenset({"once"}))
    return [word for word, is_denied in zip(sentence.words, sentence.denied, strict=True) if is_denied]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can\u2019t  WALK", "cant walk"),
        ("PERD\u00cd EL CONOC\u0130M\u0131ENTO", "perdi el conocimiento"),
        ("\uff23\uff41\uff4e`t", "cant"),
        ("su*cide", "sucide"),
    ],
)
def test_letters_are_plain(text: str, expected: str) -> None:
    assert " ".join(plain(text).split()) == expected


def test_a_text_that_grows_when_it_is_made_plain_is_cut() -> None:
    assert len(plain("\ufdfa" * LONGEST)) == LONGEST


def test_sentences_are_words_without_fillers() -> None:
    assert SPELLING.sentences("The pain. I can not walk,\nsee? --- !") == [
        ["pain"],
        ["i", "cant", "walk", ",", ",", "see"],
    ]


@pytest.mark.parametrize(
    ("word", "corrected"),
    [
        ("chils", "chills"),
        ("chillls", "chills"),
        ("chiils", "chills"),
        ("cihlls", "chills"),
        ("chhiilllls", "chhiilllls"),
        ("caIentura".lower(), "calentura"),
        ("ca1entura", "calentura"),
        ("feverish", "feverish"),
        ("hit", "hit"),
        ("child", "child"),
        ("sunny", "sunny"),
    ],
)
def test_spelling_is_corrected(word: str, corrected: str) -> None:
    assert vocabulary(known=("child",)).corrected([word]) == [corrected]


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("feverish", [Hit("fever", 0, 1)]),
        ("cold and cold", [Hit("chill", 0, 3)]),
        ("cold and", []),
        ("hot potato", [Hit("saying", 0, 2)]),
        ("hot soup", [Hit("fever", 0, 1)]),
        ("high fever", [Hit("=high fever", 0, 2), Hit("fever", 1, 2)]),
    ],
)
def test_terms_are_found(words: str, hits: list[Hit]) -> None:
    assert vocabulary().hits(words.split()) == hits


@pytest.mark.parametrize("term", ["", "the", "* cold", "?"])
def test_a_term_needs_a_first_word(term: str) -> None:
    with pytest.raises(ValueError, match="is not a term"):
        vocabulary().add("x", term)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no fever since May", "fever since may"),
        ("no fever, chills since May", "fever"),
        ("no fever, chills or rash", "fever chills or rash"),
        ("no fever\nchills", "fever"),
        ("no fever but chills", "fever"),
        ("no feeling", ""),
        ("no, I have fever", ""),
        ("dont have fever", "have fever"),
        ("no one two three four five six seven", "one two three four five six"),
    ],
)
def test_a_denial_reaches_as_far_as_it_should(text: str, words: str) -> None:
    assert denied(text) == words.split()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("high fever", True),
        ("a high feverish", False),
        ("fever and then chills", True),
        ("fever and then more chills", True),
        ("fever and then maybe more chills", False),
        ("chills and fever", False),
        ("no high fever", False),
        ("high fever once", False),  # "once" cancels the phrase in its sentence
        ("hot potato", False),
    ],
)
def test_a_phrase_is_said(text: str, said: bool) -> None:
    assert ("infection" in matcher().kinds_in(text)) is said


def test_weights_decide_without_a_phrase_and_can_silence_one() -> None:
    assert matcher({"group fever": "3.0"}).kinds_in("fever") == {"infection", "fever-topic"}
    assert matcher({"group fever": "0.5"}).kinds_in("fever") == {"fever-topic"}
    assert matcher({"word high": "-9.0"}).kinds_in("high fever") == {"fever-topic"}
    assert matcher({"word soup": "9.0"}).kinds_in("soup") == {"infection"}


def test_features_are_words_terms_and_their_pairs() -> None:
    (sentence,) = matcher().read("no feverish hot chills once")
    assert matcher().features(sentence) >= {
        "word no-feverish", "begins no-fe", "two ^ no", "two no-once $", "frame once", "group no-fever",
        "group no-fever in once", "group no-chill with no-fever",
    }  # fmt: skip


def test_a_note_is_judged_by_its_sentences_and_by_neighbours() -> None:
    first, second, third = (frozenset({name}) for name in "abc")
    assert list(windows([first, second, third])) == [first, second, third, first | second, second | third]


def test_a_kind_far_from_the_likeliest_is_not_found() -> None:
    other = Kind("heat", {}, ())
    both = matcher({"group fever": "6.0 3.0"}, always=(0.0, 0.0))
    near = Matcher(both.vocabulary, DENIALS, both.frames, (*both.kinds, other), {}, both.weights)
    assert near.kinds_in("fever") == {"infection"}
