"""Adding a language is half a day of writing, and a command says what is left of it."""

import re
import shutil

import pytest
from django.test import Client, override_settings

from config import env, new_language, words

NEW = "eo"


@pytest.fixture(autouse=True)
def _few_words(monkeypatch):
    """Reading all of the code for what it says takes seconds."""
    catalog = words._empty(None)
    catalog.add("Register")
    catalog.add(("%(n)s person", "%(n)s people"))
    monkeypatch.setattr(words, "said", lambda: catalog)


@pytest.fixture
def tree(tmp_path):
    """A copy of what a language is added to: code that names languages, texts, catalogues."""
    named = {env.ROOT / name for name, _, _ in new_language._NAMED}
    for path in [*named, *(env.ROOT / "safeconduct").rglob("*.toml")]:
        copy = tmp_path / path.relative_to(env.ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return tmp_path


def test_a_new_language_begins_with_files_in_english_and_a_list_of_what_is_left(tree):
    made = {path.relative_to(tree).as_posix() for path in new_language.begin(NEW, tree)}
    assert "safeconduct/wires/intake/texts/eo.toml" in made
    assert "locale/eo/LC_MESSAGES/django.po" in made
    assert new_language.begin(NEW, tree) == []

    left = new_language.left(NEW, tree)
    assert sum('add "eo"' in line for line in left) == len(new_language._NAMED)
    assert "safeconduct/wires/intake/texts/eo.toml: still English" in left
    assert any("consents.toml" in line for line in left)
    assert any("sentences are not translated yet" in line for line in left)


def test_what_is_done_leaves_the_list(tree):
    new_language.begin(NEW, tree)
    for name, _, _ in new_language._NAMED:
        path = tree / name
        text = path.read_text().replace('"az": ', '"eo": "", "az": ')
        path.write_text(re.sub('"az"(?!:)', '"az", "eo"', text))
    path = tree / "safeconduct/wires/intake/texts/eo.toml"
    path.write_text(path.read_text().replace("you", "vi"))
    consents = tree / "safeconduct/ground/privacy/texts/consents.toml"
    consents.write_text(consents.read_text().replace(".en]", ".eo]"))
    left = "\n".join(new_language.left(NEW, tree))
    assert "add" not in left
    assert "intake/texts" not in left
    assert "consents.toml" not in left


def test_what_people_read_who_never_sign_in_is_marked_to_come_first(tree):
    persian = words.catalogue("fa", tree / "locale")
    persian.add("Register", "ثبت‌نام")
    words.write(persian, "fa", tree / "locale")
    new_language.begin(NEW, tree)
    begun = words.catalogue(NEW, tree / "locale")
    assert begun.get("Register").user_comments == [new_language.FIRST]
    assert begun.get("%(n)s person").user_comments == []
    assert any(
        "2 sentences" in one and "; 1 of them" in one for one in new_language.left(NEW, tree)
    )

    begun.get("Register").string = "Registriĝu"
    words.write(begun, NEW, tree / "locale")
    words.collect(NEW, tree / "locale")
    assert any(
        "1 sentences" in one and "; 0 of them" in one for one in new_language.left(NEW, tree)
    )


@pytest.mark.parametrize("made_up", ["zz", "not a language"])
def test_a_code_nobody_knows_is_refused(tree, made_up):
    with pytest.raises(new_language.LanguageRefusedError):
        new_language.begin(made_up, tree)


def test_a_catalogue_counts_as_its_language_does(tmp_path):
    words.collect("pl", tmp_path)
    assert words.catalogue("pl", tmp_path).num_plurals == 3
    assert words.languages(tmp_path) == ["pl"]


@pytest.mark.django_db
def test_pages_open_in_a_language_nobody_has_written_yet(client: Client):
    with override_settings(LANGUAGES=[("en", "English"), ("eo", "Esperanto")]):
        client.get("/me/register/?lang=eo")
        page = client.get("/me/register/")
    assert '<html lang="eo" dir="ltr"' in page.text
    assert "<h1" in page.text
