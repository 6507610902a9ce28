"""The page for families: whole in every language, and honest about what is told to nobody."""

import pytest

from safeconduct.portals.public.families import texts
from tests.pages import Pages


@pytest.mark.parametrize("language", sorted(texts.written()))
def test_every_language_says_the_same_parts(language):
    told, english = texts.words(language), texts.words("en")
    assert told.language == language
    assert len(told.parts) == len(english.parts)
    for one, other in zip(told.parts, english.parts, strict=True):
        assert bool(one.text) == bool(other.text)
        assert len(one.points) == len(other.points)
        assert "[" not in one.text


@pytest.mark.parametrize("language", sorted(texts.written()))
def test_the_text_calls_its_links_by_their_names(language):
    told = texts.words(language)
    said = " ".join(part.text for part in told.parts)
    assert told.help in said
    assert told.verify in said


def test_it_is_written_in_the_languages_of_the_house():
    assert {"az", "en", "ru", "fa", "ar"} <= texts.written()
    assert texts.words("tr").language == "az"
    assert texts.words("ka").language == "ru" or texts.words("ka").language == "en"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["az", "en", "ru", "fa", "ar"])
def test_the_page_leads_to_help_and_to_checking_a_message(language):
    page = Pages(headers={"Accept-Language": language}).get("/families/")
    text = page.content.decode()
    assert texts.words(language).title in text
    assert 'href="/help/"' in text
    assert 'href="/verify/"' in text
