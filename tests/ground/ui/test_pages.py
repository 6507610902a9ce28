"""The frame every page stands in."""

import gzip

import pytest
from django import forms
from django.http import HttpResponse
from django.template import engines
from django.test import Client, RequestFactory

from safeconduct.ground.ui import navigation
from safeconduct.ground.ui.middleware import chosen_language
from tests import builders
from tests.pages import Pages, check

pytestmark = pytest.mark.django_db


class Everything(forms.Form):
    name = forms.CharField(help_text="As in the passport")
    way = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    several = forms.MultipleChoiceField(
        choices=[("a", "A")], widget=forms.CheckboxSelectMultiple, required=False
    )
    sure = forms.BooleanField(help_text="Really")
    note = forms.CharField(widget=forms.Textarea, required=False)
    kept = forms.CharField(widget=forms.HiddenInput)


def _rendered(form: forms.Form) -> str:
    template = '{% include "ui/error_summary.html" %}{{ form }}'
    return engines["django"].from_string(template).render({"form": form})


@pytest.mark.parametrize("data", [None, {}, {"name": "Aysel", "way": "a", "kept": "1"}])
def test_forms_tie_labels_hints_and_errors_to_their_fields(data: dict[str, str] | None) -> None:
    check(HttpResponse(_rendered(Everything(data))), is_fragment=True)


def test_the_error_summary_leads_to_the_first_choice_of_a_group() -> None:
    html = _rendered(Everything({}))
    assert 'href="#id_way_0"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html


@pytest.mark.parametrize(("language", "direction"), [("az", "ltr"), ("fa", "rtl"), ("ar", "rtl")])
def test_a_link_changes_the_language_and_the_direction(
    pages: Pages, language: str, direction: str
) -> None:
    led = pages.get(f"/account/login/?lang={language}&next=/console/")
    assert led["Location"] == "/account/login/?next=%2Fconsole%2F"
    page = pages.get(led["Location"]).content.decode()
    assert f'<html lang="{language}" dir="{direction}">' in page


def test_the_language_link_never_leads_to_another_host() -> None:
    request = RequestFactory().get("/", {"lang": "az"})
    request.path = "//evil.example/"
    assert chosen_language(lambda _: HttpResponse())(request)["Location"] == "/evil.example/"


def test_an_unknown_language_changes_nothing(pages: Pages) -> None:
    assert pages.get("/account/login/?lang=xx").status_code == 200


def test_absent_pages_say_so_in_a_whole_page(pages: Pages) -> None:
    page = pages.get("/nothing/here/")
    assert page.status_code == 404
    assert "There is nothing at this address" in page.content.decode()


def test_the_page_for_our_own_failure_stands_alone() -> None:
    html = engines["django"].get_template("500.html").render({})
    response = HttpResponse(html)
    response["Content-Security-Policy"] = "default-src 'none'"
    check(response)


def test_sections_are_shown_to_those_who_may_open_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation.sections, "_items", {})
    navigation.register("console:audit", "Audit", permission="audit.view", order=2)
    navigation.register("console:home", "Home", order=1)
    shown = navigation.links("console", held={"audit.view"}, path="/console/audit/")
    assert [link.label for link in shown] == ["Home", "Audit"]
    assert [link.label for link in navigation.links("console", held=set(), path="/")] == ["Home"]
    assert shown[1].is_current


@pytest.mark.parametrize(
    "html",
    [
        "<p style='color:red'>x</p>",
        "<script>1</script>",
        "<style>p{}</style>",
        "<p onclick='x()'>x</p>",
        "<p hx-on:click='x()'>x</p>",
        "<a href='javascript:x()'>x</a>",
        "<form method='post'></form>",
        "<input name='a'>",
        "<img src='x.png'>",
        "<p id='a'></p><p id='a'></p>",
        "<p aria-describedby='b'></p>",
        "<p></div>",
    ],
)
def test_the_page_client_notices(html: str) -> None:
    with pytest.raises(Exception, match=r".+"):
        check(HttpResponse(html), is_fragment=True)


@pytest.mark.parametrize("path", ["incidents", "alerts", "hazards", "posts", "board"])
def test_every_cell_of_a_list_names_its_column_for_narrow_screens(pages: Pages, path: str) -> None:
    builders.released_alert()
    builders.signal()
    builders.post()
    pages.sign_in(builders.officer("duty_officer"))
    html = pages.get(f"/console/{path}/").content.decode()
    table = html[html.index('class="stack"') : html.index("</table>")]
    assert table.count("data-label=") == table.count("<td") > 0


def test_the_sections_fold_into_a_menu_for_narrow_screens(pages: Pages) -> None:
    pages.sign_in(builders.officer("duty_officer"))
    html = pages.get("/console/").content.decode()
    menu = html[html.index('<details class="menu"') : html.index("</details>")]
    assert 'href="/console/alerts/"' in menu
    assert 'action="/account/logout/"' in menu


@pytest.mark.parametrize("wish", ["gzip", ""])
def test_a_page_goes_out_compressed_to_whoever_can_read_that(client: Client, wish: str) -> None:
    response = client.get("/account/login/", headers={"Accept-Encoding": wish})
    assert response.get("Content-Encoding", "") == wish
    text = gzip.decompress(response.content) if wish else response.content
    assert b"</html>" in text
