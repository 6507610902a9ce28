"""The links of an exercise: told apart without a database, and marked on every page."""

from datetime import date
from typing import Any

import pytest

from safeconduct.ground.kernel.tokens import Link, mint
from safeconduct.wires.intake.rules import link_purpose
from safeconduct.wires.intake.terms import ANSWER_LINK, EXERCISE_LINK
from safeconduct.wires.intake.web.texts import WRITTEN, texts
from tests.wires.intake.visitor import Memory, Visitor, door

KEY = "0b52b6f6-6f0c-4b8e-9c57-0f6f2d1f8a11"


def _rehearsing(tmp_path: Any, language: str = "az", until: int = 2037) -> Visitor:
    visitor = Visitor(door(Memory(), tmp_path), language=language)
    told = Link(7, date(until, 1, 1), language, 2)
    visitor.path = f"/s/{mint(told, purpose=EXERCISE_LINK)}"
    return visitor


@pytest.mark.parametrize("language", WRITTEN)
def test_question_thanks_and_problem_say_that_it_is_an_exercise(
    tmp_path: Any, language: str
) -> None:
    mark = texts(language)["exercise"]
    visitor = _rehearsing(tmp_path, language)
    assert mark in visitor.get().check_page().text
    assert mark in visitor.answer(answer="1", scope="me", key=KEY).check_page().text
    assert mark in visitor.answer(answer="x", scope="me", key=KEY).check_page().text
    over = _rehearsing(tmp_path, language, until=2026).get()
    assert over.status == 410
    assert mark in over.check_page().text


def test_a_real_page_bears_no_mark_and_neither_takes_the_others_link(tmp_path: Any) -> None:
    visitor = Visitor(door(Memory(), tmp_path))
    # The same page, language and post, after an exercise has been shown.
    told = Link(7, date(2037, 1, 1), "az", 2)
    assert texts("az")["exercise"] in visitor.get(f"/s/{mint(told, purpose=EXERCISE_LINK)}").text
    assert texts("az")["exercise"] not in visitor.get().text
    assert link_purpose(exercise=True) == EXERCISE_LINK
    assert link_purpose(exercise=False) == ANSWER_LINK
