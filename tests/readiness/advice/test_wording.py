"""Every rendering is made from one object: what the page says, SMS, caller and press say too."""

from datetime import date

import pytest

from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.readiness.advice.engine import wording
from safeconduct.readiness.advice.engine.wording import Surroundings, level_name, rendering
from safeconduct.readiness.advice.terms import Level, Words

WORDS = Words("Fighting near the border", "There is {fire}.", "Leave\n- Call us", "Leave now")
AROUND = Surroundings("Türkiye", 4, date(2026, 11, 22), "https://x.example/advice/en/TR/", "+999")


@pytest.mark.parametrize("language", COMPLETE)
def test_everything_speaks_of_the_same_place_level_and_words(language: str) -> None:
    made = rendering(WORDS, AROUND, language)
    name = level_name(4, language).name
    for text in (made.sms, made.call, made.press):
        assert "Türkiye" in text
        assert "4" in text
        assert AROUND.url in text
    assert "Leave now." in made.sms
    assert name in made.call
    assert name in made.press
    assert "1. Leave\n2. Call us" in made.call
    # An officer's braces are text, not places to fill.
    assert "There is {fire}." in made.call


def test_segments_are_counted_by_the_real_encoding() -> None:
    assert rendering(WORDS, AROUND, "ru").cut.encoding == "UCS-2"
    plain = Surroundings("Georgia", 1, AROUND.on, AROUND.url)
    made = rendering(Words("A", "B", "C", "Take care"), plain, "en")
    assert (made.cut.encoding, made.cut.count) == ("GSM-7", 1)


def test_without_a_number_the_caller_names_none() -> None:
    made = rendering(WORDS, Surroundings("Georgia", 2, AROUND.on, AROUND.url), "en")
    assert "{phone}" not in made.call
    assert made.call.endswith("first.")


def test_an_optional_language_has_its_level_names_and_the_next_best_frame() -> None:
    made = rendering(Words("ایست", "چرا", "بروید", "بروید"), AROUND, "fa")
    assert made.level.language == "fa"
    assert made.sms.startswith("XİN:")
    assert level_name(1, "tr").language == "az"


def test_all_four_levels_have_names_in_every_file() -> None:
    for language in ("az", "en", "ru", "fa", "ar"):
        assert [one.level for one in wording.level_names(language)] == Level.values
        assert all(one.name and one.means for one in wording.level_names(language))


def test_telling_words_are_looked_for_in_what_people_should_do() -> None:
    calm = Words("Nothing special here", "do not travel by night", "Go", "Go")
    assert wording.tells(calm, "en", "calm") == ["nothing special"]
    assert wording.tells(calm, "en", "leave") == []
    assert wording.tells(calm, "fa", "calm") == []
