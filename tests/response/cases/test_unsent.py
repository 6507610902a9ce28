"""A request's page has two boxes and many buttons: none of them drops what was not sent."""

from uuid import uuid4

import pytest

from safeconduct.response.cases.actions import close_case
from safeconduct.response.cases.models import Case
from safeconduct.response.cases.terms import Direction, Outcome, State
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
ANSWER, NOTE = "Yoldayıq, gözləyin", "Bacısı zəng edir"
BOTH = {"answer-words": ANSWER, "answer-tell": "no", "words": NOTE, "kept_back": "other"}


@pytest.fixture
def console(pages: Pages) -> Pages:
    return pages.sign_in(builders.officer("duty_officer", at=builders.post(id=2, seat="TR")))


@pytest.fixture
def case() -> Case:
    return builders.help_request()


def send(console: Pages, case: Case, what: str, **said: object):
    case.refresh_from_db()
    return console.post(
        f"/console/cases/{case.pk}/{what}/", BOTH | {"version": case.version} | said
    )


def boxes(page) -> tuple[bool, bool]:
    """Whether the answer and the note stand in their boxes."""
    return f"{ANSWER}</textarea>" in page.text, f"{NOTE}</textarea>" in page.text


def test_a_note_keeps_the_answer_and_an_answer_the_note(console: Pages, case: Case) -> None:
    page = send(console, case, "note")
    assert boxes(page) == (True, False)
    assert case.messages.filter(direction=Direction.NOTE).count() == 1
    assert "no-store" in page["Cache-Control"]
    chosen = page.text.index('value="no"', page.text.index('name="answer-tell"'))
    assert "checked" in page.text[chosen : chosen + 60]
    seen = case.messages.latest("pk").pk
    page = send(console, case, "reply", **{"answer-seen": seen})
    assert boxes(page) == (False, True)
    assert "checked" in page.text[page.text.index('value="other"') :][:60]
    assert case.messages.filter(direction=Direction.OUT).count() == 1


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("take", {}),
        ("back", {}),
        ("urgency", {"urgency": "1"}),
        ("state", {"state": "waiting"}),
        ("hand", {"to": ""}),
        ("close", {"outcome": ""}),
        ("urgency", {"urgency": "1", "version": "0"}),
        ("join/1", {}),
    ],
)
def test_every_other_button_keeps_both(console: Pages, case: Case, what: str, said) -> None:
    assert boxes(send(console, case, what, **said)) == (True, True)


def test_a_button_without_anything_written_leads_back_to_the_page(console, case) -> None:
    sent = console.post(f"/console/cases/{case.pk}/take/", {"answer-words": " ", "words": ""})
    assert sent.status_code == 302


def test_nobody_closes_or_gives_away_a_request_with_a_word_unsent(console, case) -> None:
    builders.post(id=3, seat="DE")
    for what, said in (("close", {"outcome": "helped"}), ("hand", {"to": "post-3"})):
        page = send(console, case, what, **said)
        assert page.status_code == 422
        assert "Something you wrote was not sent." in page.text
        assert boxes(page) == (True, True)
    case.refresh_from_db()
    assert (case.state, case.post_id) == (State.NEW, 2)


def test_what_was_written_when_a_colleague_closed_it_is_shown(console, case) -> None:
    close_case(
        case_id=case.pk,
        outcome=Outcome.HELPED,
        version=case.version,
        now=case.received_at,
        actor=builders.TESTER,
    )
    page = send(console, case, "reply")
    assert page.text.count("What you wrote was not sent") == 2
    assert ANSWER in page.text
    assert NOTE in page.text


def test_an_answer_that_was_sent_is_not_shown_as_unsent_once_it_is_closed(console, case) -> None:
    """The note waits in its box, a colleague closes the request, the page is reloaded."""
    once = {"answer-key": str(uuid4())}
    send(console, case, "reply", **once)
    case.refresh_from_db()
    close_case(
        case_id=case.pk,
        outcome=Outcome.HELPED,
        version=case.version,
        now=case.received_at,
        actor=builders.TESTER,
    )
    page = send(console, case, "reply", **once)
    assert page.text.count("What you wrote was not sent") == 1
    assert page.text.count(ANSWER) == 1
    assert case.messages.filter(direction=Direction.OUT).count() == 1


def test_a_page_that_is_sent_again_writes_nothing_twice(console: Pages, case: Case) -> None:
    """A browser that shows the answer to a form sends the form again when it is reloaded."""
    once = {"key": str(uuid4()), "answer-key": str(uuid4())}
    for _ in range(2):
        assert boxes(send(console, case, "note", **once)) == (True, False)
    seen = {"answer-seen": case.messages.latest("pk").pk}
    for _ in range(2):
        assert boxes(send(console, case, "reply", **once, **seen)) == (False, True)
    found = list(case.messages.values_list("direction", flat=True))
    assert found.count(Direction.NOTE) == found.count(Direction.OUT) == 1


def test_the_page_is_one_form_that_enter_does_not_send(console: Pages, case: Case) -> None:
    page = console.get(f"/console/cases/{case.pk}/").text
    form = page[page.index('id="work"') : page.index("</form>", page.index('id="work"'))]
    first = form[form.index('<button type="submit"') :]
    assert first.startswith('<button type="submit" disabled hidden>')
    for what in ("reply", "note", "take", "urgency", "state", "close"):
        assert f'formaction="/console/cases/{case.pk}/{what}/"' in form
    # Nothing of it is left in the browser's own memory of forms.
    assert form.count('autocomplete="off"') == 2
