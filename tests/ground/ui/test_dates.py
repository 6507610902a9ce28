"""Days, moments and numbers as people write them at home."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.template import engines
from django.utils import translation

from safeconduct.ground.ui import dates

AT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("az", "22 noyabr 2026, 14:05"),
        ("en", "22 November 2026, 14:05"),
        ("ru", "22 ноября 2026, 14:05"),
        ("fa", "۲۲ نوامبر ۲۰۲۶، ۱۴:۰۵"),
        ("ar", "22 نوفمبر 2026، 14:05"),
    ],
)
def test_a_moment_is_written_as_at_home(language, said):
    assert dates.moment(AT, language) == said


def test_a_moment_is_told_in_utc_wherever_it_was_noted():
    there = AT.astimezone(timezone(timedelta(hours=11)))
    assert there.day == 23
    assert dates.moment(there, "en") == "22 November 2026, 14:05"
    assert dates.day(there, "en") == "22 November 2026"


@pytest.mark.parametrize(
    ("language", "said"),
    [("az", "12.345"), ("ru", "12\xa0345"), ("fa", "۱۲٬۳۴۵"), ("en", "12,345")],
)
def test_a_number_has_the_signs_of_the_language(language, said):
    assert dates.number(12345, language) == said


def test_pages_write_for_their_reader_and_nothing_for_nothing():
    template = (
        "{% load dates %}{{ on|day }}|{{ none|day }}{{ none|moment }}{{ none|number }}"
        "|{{ n|number }}"
    )
    with translation.override("fa"):
        page = engines["django"].from_string(template)
        said = page.render({"on": date(2026, 1, 2), "none": None, "n": 3})
    assert said == "۲ ژانویهٔ ۲۰۲۶||۳"
