"""Days, moments and numbers as people write them at home."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.template import engines
from django.utils import translation

from safeconduct.ground.kernel import clock
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


@pytest.mark.parametrize(
    ("language", "gone", "said"),
    [
        ("az", timedelta(minutes=5), "5 dəqiqə öncə"),
        ("en", timedelta(hours=30), "30 hours ago"),
        # "1 минута назад" is what gluing makes of it.
        ("ru", timedelta(minutes=1), "1 минуту назад"),
        ("ru", timedelta(days=3), "3 дня назад"),
        ("fa", timedelta(seconds=20), "۲۰ ثانیه پیش"),
        ("ar", timedelta(hours=2), "قبل ساعتين"),
        ("en", -timedelta(hours=2), "1 second ago"),
    ],
)
def test_an_age_is_told_in_one_unit(language, gone, said):
    assert dates.ago(AT - gone, language, AT) == said


@pytest.mark.parametrize(
    ("language", "length", "said"),
    [
        ("az", timedelta(hours=23, minutes=59, seconds=59), "23 saat 59 dəqiqə"),
        ("ru", timedelta(days=1, hours=2, minutes=3), "1 день 2 часа"),
        ("fa", timedelta(hours=23), "۲۳ ساعت"),
        ("en", timedelta(seconds=-5), "0 minutes"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(language, length, said):
    assert dates.span(length, language) == said


def test_an_hour_is_that_of_the_clock_it_was_read_from():
    there = AT.astimezone(timezone(timedelta(hours=11)))
    assert (dates.hour(there, "ru"), dates.hour(there, "fa")) == ("01:05", "۰۱:۰۵")
    assert dates.hour(None, "fa") == dates.ago(None, "fa", AT) == ""


def test_signs_keep_their_order_in_other_digits():
    template = "{% load dates %}{{ hours|digits }}|{{ until|left }}|{{ then|ago }}|{{ at|hour }}"
    with translation.override("fa"), clock.stopped_at(AT):
        page = engines["django"].from_string(template)
        given = {"hours": "9:00-13:00", "until": AT + timedelta(hours=2), "then": AT, "at": AT}
        said = page.render(given)
    assert said == "۹:۰۰-۱۳:۰۰|۲ ساعت|۱ ثانیه پیش|۱۴:۰۵"
