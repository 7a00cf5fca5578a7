"""Fresh pictures: none twice, a bounded number of requests, and nothing noted for nothing."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.nekos.calls import categories, image
from animedex.backends.nekos.composite_calls import (
    FORGET_HINT,
    MAX_TRIES,
    no_such_category,
    nothing_new,
    select_unseen,
)
from animedex.backends.nekos.models import NekosImage
from animedex.errors import RateLimited
from tests.kit.call_context import SelectUnseen, YieldingContext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from animedex.call import Call

AGAIN = image("neko")


def pictures(names: Iterable[str]) -> list[NekosImage]:
    return [NekosImage.from_payload({"url": f"https://h.example/neko/{name}"}) for name in names]


class Visitor:
    """Remember what was shown, and answer calls from a row of answers."""

    def __init__(self, answers: Iterable[str | Exception], shown: str = "") -> None:
        self.answers = iter(answers)
        self.shown = set(shown)
        self.asked = 0
        self.said: list[str] = []

    def select(self, first: str, amount: int) -> str:
        context = YieldingContext()
        self.said = context.warnings
        steps = select_unseen(amount, AGAIN)(context, pictures(first))
        result: Any = None
        try:
            while True:
                question = steps.send(result)
                result = self.answer(question)
                while isinstance(result, Exception):
                    result = self.answer(steps.throw(result))
        except StopIteration as end:
            return "".join(row.filename for row in end.value)

    def answer(self, question: SelectUnseen | Call[Any]) -> object:
        if not isinstance(question, SelectUnseen):
            return self.next_answer()
        new = frozenset(question.ids) - self.shown
        self.shown |= new
        return new

    def next_answer(self) -> list[NekosImage] | Exception:
        self.asked += 1
        answer = next(self.answers)
        return answer if isinstance(answer, Exception) else pictures(answer)


def test_all_new_pictures_need_no_second_request() -> None:
    visitor = Visitor([])
    assert visitor.select("abc", 3) == "abc"
    assert (visitor.asked, visitor.shown) == (0, set("abc"))


def test_repeats_within_an_answer_count_once() -> None:
    visitor = Visitor(["ab"])
    assert visitor.select("aaa", 2) == "ab"
    assert visitor.asked == 1


def test_what_was_shown_before_does_not_come_again() -> None:
    visitor = Visitor(["abcd"], shown="ab")
    assert visitor.select("abc", 2) == "cd"


def test_only_what_is_given_is_noted_as_shown() -> None:
    visitor = Visitor(["bcdefgh"], shown="a")
    assert visitor.select("a", 2) == "bc"
    assert visitor.shown == set("abc")


def test_asking_again_has_an_end() -> None:
    visitor = Visitor(cycle(["ab"]), shown="ab")
    assert visitor.select("ab", 2) == ""
    assert visitor.asked == MAX_TRIES - 1


def test_fewer_pictures_come_where_new_ones_run_out() -> None:
    visitor = Visitor(["abc", "abd", "", "abcd"], shown="a")
    assert visitor.select("ab", 4) == "bcd"
    assert visitor.asked == MAX_TRIES - 1
    assert [said.partition(" (")[0] for said in visitor.said] == [
        "only 3 of 4 pictures that are new to you were sent"
    ]


def test_the_last_answer_may_be_the_one_that_is_enough() -> None:
    visitor = Visitor([*[""] * (MAX_TRIES - 2), "b"], shown="a")
    assert visitor.select("a", 1) == "b"
    assert (visitor.asked, visitor.said) == (MAX_TRIES - 1, [])


def test_what_was_noted_is_given_even_when_asking_again_fails() -> None:
    visitor = Visitor(["b", RateLimited("no room")])
    assert visitor.select("a", 3) == "ab"
    assert visitor.shown == set("ab")
    assert visitor.said == ["only 2 of 3 pictures that are new to you were sent (no room)"]


def test_nothing_new_is_told_with_what_was_asked_for() -> None:
    assert nothing_new("neko").message.endswith("no picture of category 'neko' that is new to you")
    error = nothing_new(None)
    assert error.message == "nekos has sent no picture that is new to you"
    assert error.to_payload("command line")["hint"] == FORGET_HINT


def test_a_failure_with_nothing_in_hand_is_one() -> None:
    visitor = Visitor([RateLimited("no room")], shown="a")
    with pytest.raises(RateLimited):
        visitor.select("a", 1)


@given(
    st.lists(st.text("abcdefgh", max_size=6), min_size=6, max_size=6),
    st.text("abcdefgh"),
    st.integers(1, 6),
)
def test_fresh_pictures_are_new_different_and_enough_if_there_are_enough(
    answers: list[str], shown: str, amount: int
) -> None:
    visitor = Visitor(answers[1:], shown)
    result = visitor.select(answers[0], amount)
    met = {name for answer in answers[: 1 + visitor.asked] for name in answer}
    assert len(set(result)) == len(result) <= amount
    assert not set(result) & set(shown)
    assert visitor.shown == set(shown) | set(result)
    assert len(result) == min(amount, len(met - set(shown)))
    assert len(visitor.said) == (0 < len(result) < amount)
    assert visitor.asked <= MAX_TRIES - 1


def test_pictures_are_recorded_in_passing() -> None:
    assert AGAIN.seen is not None
    assert AGAIN.seen(pictures("aba")) == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("category", "known", "hint"),
    [
        ("nekko", ["hug", "neko"], "did you mean neko?"),
        ("NEKO", ["hug", "neko"], "did you mean neko?"),
        ("xyzzy", ["hug", "neko"], "list them with `nekos.categories()`"),
        ("neko", [], "list them with `nekos.categories()`"),
        ("neko", ["neko\x1b["], "did you mean 'neko\\x1b['?"),
    ],
)
def test_the_nearest_name_is_the_hint(category: str, known: list[str], hint: str) -> None:
    error = no_such_category(category, known)
    assert (error.hint, error.backend, error.status) == (hint, "nekos", 404)
    assert repr(category) in error.message


def test_the_catalogue_is_what_the_nearest_name_is_sought_in() -> None:
    assert AGAIN.recover is not None
    assert categories().request.path == "/endpoints"
