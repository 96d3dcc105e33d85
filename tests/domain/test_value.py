from __future__ import annotations

import copy
import pickle
from functools import cached_property
from typing import ClassVar

import pytest
from pydantic_core import ValidationError

from shared.domain.checked import Model, Stored
from shared.domain.value import Value
from shared.settings import AdSettings


class Point(Value):
    kind: ClassVar[str] = "point"

    x: int
    y: int = 0

    @cached_property
    def far(self) -> bool:
        return self.x + self.y > 10


class Named(Point):
    name: str = ""


class Circle(Value):
    centre: Point


class Note(Model):
    text: str
    stars: int = 3


class Kept(Stored):
    note: Note
    others: tuple[Note, ...] = ()


def test_fields_come_by_place_or_by_name_and_from_bases_first() -> None:
    assert Point(1) == Point(x=1, y=0) == Point(1, 0)
    assert Named.model_fields == ("x", "y", "name")
    assert Named(1, 2, "a") == Named(name="a", y=2, x=1)
    assert repr(Named(1)) == "Named(x=1, y=0, name='')"
    assert list(vars(Named(name="a", x=1))) == ["x", "y", "name"], "the order in which they are written"


@pytest.mark.parametrize("given", [((), {}), ((1, 2, 3), {}), ((1,), {"x": 1}), ((1,), {"z": 1})])
def test_fields_that_are_missing_unknown_or_given_twice_are_refused(
    given: tuple[tuple[int, ...], dict[str, int]],
) -> None:
    with pytest.raises(TypeError, match="Point"):
        Point(*given[0], **given[1])


def test_nothing_changes() -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="frozen"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="frozen"):
        del point.x
    assert point == Point(1)


def test_equal_values_are_equal_whatever_was_computed_from_them() -> None:
    one, other = Point(6, 6), Point(6, 6)
    assert one.far
    assert one == other
    assert hash(one) == hash(other)
    assert {one: "found"}[other] == "found"
    assert one != Point(6, 7)
    assert Point(1) != Named(1), "of another class"


def test_replaced_is_another_and_computes_anew() -> None:
    near = Point(1)
    assert not near.far
    assert near.replaced(x=20).far
    assert near == Point(1)
    with pytest.raises(TypeError, match="no fields but x, y"):
        near.replaced(z=1)


def test_it_can_be_matched_copied_and_sent_to_another_process() -> None:
    match Circle(Point(1, 2)):
        case Circle(Point(x, y)):
            assert (x, y) == (1, 2)
        case _:
            pytest.fail("does not match")
    checked = Kept.model_validate({"note": {"text": "a"}})
    for value in (Circle(Point(1)), checked):
        assert copy.deepcopy(value) == value
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301


def test_what_a_page_sends_is_checked_and_nothing_unknown_is_taken() -> None:
    assert Note.model_validate_json('{"text": "a", "stars": 5}') == Note(text="a", stars=5)
    with pytest.raises(ValidationError) as refused:
        Note.model_validate({"text": "a", "stars": "secret", "more": "secret"})
    assert {entry["type"] for entry in refused.value.errors()} == {"int_parsing", "extra_forbidden"}
    assert "secret" not in str(refused.value)


def test_what_is_kept_is_written_and_read_again_also_with_more_in_it() -> None:
    kept = Kept(note=Note(text="a"), others=(Note(text="b", stars=1),))

    assert Kept.model_validate_json(kept.model_dump_json()) == kept
    assert Kept.model_validate({**kept.model_dump(), "of a later version": 1}) == kept
    assert kept.model_dump(mode="json", exclude={"others"}) == {"note": {"text": "a", "stars": 3}}
    assert Note(text="a").model_dump(exclude_defaults=True) == {"text": "a"}


def test_a_class_of_a_known_name_somewhere_else_is_another_class() -> None:
    class Contact(Stored):
        nickname: str

    assert Contact.model_validate({"nickname": "x"}).nickname == "x"


def test_a_value_that_holds_a_key_is_not_printed() -> None:
    held = AdSettings("only-for-us", "fs-intake")
    assert repr(held) == str(held) == "AdSettings(…)"
