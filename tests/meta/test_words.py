"""Azerbaijani, English and Russian are complete; Persian and Arabic prove right-to-left."""

import pytest

from config import words

# Reading all that is said takes longer than any test here: one worker does it, once.
pytestmark = pytest.mark.xdist_group("words")


@pytest.fixture(scope="module")
def said():
    return words.said()


@pytest.mark.parametrize("language", [*words.COMPLETE, words.SOURCE])
def test_every_sentence_is_there(said, language):
    """`make words` collects what is missing; somebody who speaks the language writes it."""
    assert words.gaps(language, template=said) == []


@pytest.mark.parametrize("language", ["fa", "ar"])
def test_what_the_proof_of_right_to_left_says_is_well_formed(language):
    kept = words.catalogue(language)
    written = [message for message in kept if message.id and message.string]
    assert written
    assert [error for message in written for error in message.check(kept)] == []


def test_templates_and_code_are_both_read(said):
    endings = {where.rsplit(".")[-1] for message in said for where, _ in message.locations}
    assert {"py", "html"} <= endings
