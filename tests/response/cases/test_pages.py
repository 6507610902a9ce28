"""The pages of requests: for officers of their post, and for whoever sent them."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from safeconduct.ground.audit.models import Look
from safeconduct.ground.kernel import clock, tokens
from safeconduct.ground.places.models import Country
from safeconduct.response.cases import actions, queries
from safeconduct.response.cases.engine import drain
from safeconduct.response.cases.models import Call, Case
from safeconduct.response.cases.terms import LINK_LIFE, State
from safeconduct.response.checkins.models import Unclear
from safeconduct.wires.intake.engine.reported import reference_of
from safeconduct.wires.intake.terms import REPORT_LINK, Kind
from tests import builders
from tests.response.cases.reports import report

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return builders.officer("duty_officer", at=builders.post(id=2, seat="TR"))


@pytest.fixture
def console(pages, officer):
    return pages.sign_in(officer)


def own_page(case):
    return queries.address_of(case, on=clock.now().date()).partition("8000")[2]


def test_a_link_too_old_or_to_a_request_that_is_gone_opens_nothing(client):
    case = builders.help_request()
    old = queries.address_of(case, on=clock.now().date() - LINK_LIFE - timedelta(days=1))
    gone = own_page(case)
    assert client.get(gone).status_code == 200
    assert client.get(old.partition("8000")[2]).status_code == 404
    case.delete()
    assert client.get(gone).status_code == 404


def test_the_list_shows_their_own_words_and_filters(console):
    Country.objects.filter(code="TR").update(names={"en": "Turkiye"})
    case = builders.help_request(words="Ayağım sınıb\nkömək")
    builders.post(id=3, seat="DE")
    builders.help_request(words="elsewhere", post_id=3)
    shown = console.get("/console/cases/").content.decode()
    assert "Ayağım sınıb kömək" in shown
    assert "4K7F-XD02</bdi>, Turkiye" in shown
    assert "elsewhere" not in shown
    assert "Ayağım" in console.get("/console/cases/?whose=nobody").content.decode()
    assert "Ayağım" not in console.get("/console/cases/?whose=mine").content.decode()
    found = console.get("/console/cases/?reference=4k7f xdo2").content.decode()
    assert f"/console/cases/{case.pk}/" in found
    assert "No requests here" in console.get("/console/cases/?state=closed").content.decode()


def test_the_list_is_narrowed_to_an_incident_the_officer_may_see(console):
    quake, flood = builders.incident(name="Quake"), builders.incident(name="Flood")
    war = builders.incident(name="War", countries=("GE",))
    builders.help_request(words="in the quake", incident_id=quake.pk)
    other = builders.help_request(words="in the flood", incident_id=flood.pk)
    # Opened in one incident, it speaks for a call in another as well.
    Call.objects.create(
        incident_id=quake.pk, person_id=other.person_id, case=other, through=clock.now()
    )
    builders.help_request(words="of no incident")
    builders.help_request(words="in the war", incident_id=war.pk)
    page = console.get("/console/cases/").content.decode()
    assert ">Quake<" in page
    assert ">War<" not in page

    def said(**narrowed):
        shown = console.get("/console/cases/", narrowed).content.decode()
        words = ("in the quake", "in the flood", "of no incident", "in the war")
        return [one for one in words if one in shown]

    assert said(incident=quake.pk) == ["in the quake", "in the flood"]
    assert said(incident=flood.pk) == ["in the flood"]
    assert said(incident=0) == ["of no incident"]
    assert said(incident=flood.pk, whose="mine") == []
    empty = console.get(f"/console/cases/?incident={flood.pk}&state=closed").content.decode()
    assert "No request is like that." in empty
    assert 'href="/console/cases/"' in empty


def test_a_fresh_incident_lists_its_own_requests_only_and_none_yet(console):
    fresh = builders.incident(name="Fresh")
    case = builders.help_request(words="of no incident")
    page = console.get(f"/console/cases/?incident={fresh.pk}")
    assert page.context["form"].is_valid()
    assert f'<option value="{fresh.pk}" selected>Fresh</option>' in page.text
    assert "No request is like that." in page.text
    assert "of no incident" not in page.text
    assert not Look.objects.filter(person_id=case.person_id).exists()


def test_an_incident_is_asked_for_however_many_there_are_to_choose(console, monkeypatch):
    monkeypatch.setattr("safeconduct.response.cases.engine.listing._MOST_INCIDENTS", 1)
    older, latest = builders.incident(name="Older"), builders.incident(name="Latest")
    builders.help_request(words="in the older", incident_id=older.pk)
    builders.help_request(words="in the latest", incident_id=latest.pk)
    assert ">Older<" not in console.get("/console/cases/").text
    page = console.get(f"/console/cases/?incident={older.pk}").text
    assert "in the older" in page
    assert "in the latest" not in page
    assert console.get(f"/console/cases/?incident={latest.pk}").text.count(">Latest<") == 1


@pytest.mark.parametrize("asked", ["theirs", "nonsense", "9" * 30, "-1"])
def test_an_incident_that_is_not_theirs_to_choose_lists_nobody(console, asked):
    war = builders.incident(name="War", countries=("GE",))
    case = builders.help_request(words="of no incident")
    asked = war.pk if asked == "theirs" else asked
    page = console.get("/console/cases/", {"incident": asked})
    assert "incident" in page.context["form"].errors
    assert ">War<" not in page.text
    assert "of no incident" not in page.text
    assert not Look.objects.filter(person_id=case.person_id).exists()


def test_the_next_page_is_of_the_same_incident(console, monkeypatch):
    monkeypatch.setattr("safeconduct.response.cases.web.console._SHOWN", 1)
    quake = builders.incident(name="Quake")
    for words in ("first", "second"):
        builders.help_request(words=words, incident_id=quake.pk)
    builders.help_request(words="elsewhere")
    page = console.get(f"/console/cases/?incident={quake.pk}")
    assert page.context["next_url"] == f"?incident={quake.pk}&page=2"
    second = console.get(f"/console/cases/{page.context['next_url']}")
    assert "second" in second.content.decode()
    assert second.context["next_url"] == ""


def test_opening_a_request_is_written_down_for_its_sender(console, officer):
    case = builders.help_request(details={"injuries": "qol"}, position={"lat": 40.4, "lon": 49.8})
    page = console.get(f"/console/cases/{case.pk}/")
    shown = page.content.decode()
    assert "Kömək edin" in shown
    assert "40.40000" in shown
    assert "no-store" in page["Cache-Control"]
    assert Look.objects.filter(person_id=case.person_id, officer_id=officer.pk).exists()


def test_an_answer_refused_for_new_words_stays_in_its_box(console):
    case = builders.help_request()
    said = {"answer-words": "Yazıb bitirdim", "answer-seen": "0"}
    page = console.post(f"/console/cases/{case.pk}/reply/", said)
    assert page.status_code == 422
    assert "Yazıb bitirdim" in page.content.decode()
    said["answer-seen"] = str(case.messages.get().pk)
    assert console.post(f"/console/cases/{case.pk}/reply/", said).status_code == 302
    assert "Yazıb bitirdim" in console.get(f"/console/cases/{case.pk}/").content.decode()


def test_a_request_goes_its_way(console, officer):
    case = builders.help_request()
    path = f"/console/cases/{case.pk}/"

    def do(what, **said):
        case.refresh_from_db()
        done = console.post(f"{path}{what}/", {"version": case.version} | said)
        assert done.status_code == 302, done.content.decode()
        case.refresh_from_db()

    do("take")
    assert case.owner_id == officer.pk
    do("urgency", urgency="1")
    do("state", state="waiting")
    assert (case.urgency, case.state) == (1, State.WAITING)
    other = builders.officer("releaser", at=builders.post(id=2))
    do("hand", to=f"officer-{other.pk}")
    assert case.owner_id == other.pk
    do("note", words="Zəng etdim", kept_back="yes")
    do("close", outcome="referred")
    assert case.outcome == "referred"
    assert "Zəng etdim" in console.get(path).content.decode()


def test_another_post_takes_over_the_whole_request(console):
    case = builders.help_request()
    builders.post(id=3, seat="DE")
    said = {"version": case.version, "to": "post-3"}
    assert console.post(f"/console/cases/{case.pk}/hand/", said)["Location"] == "/console/cases/"
    assert console.get(f"/console/cases/{case.pk}/").status_code == 404


def test_whoever_is_suggested_can_be_joined_and_nobody_else(console):
    made = builders.help_join()
    case = Case.objects.get(pk=made["case_id"])
    (stranger,) = builders.household(1)
    path = f"/console/cases/{case.pk}/join"
    console.post(f"{path}/{stranger.pk}/", {"version": case.version})
    console.post(f"{path}/{made['person_id']}/", {"version": case.version})
    case.refresh_from_db()
    assert case.person_id == made["person_id"]


def test_a_photo_is_ours_and_runs_nothing(console):
    photo = builders.help_photo()
    page = console.get(f"/console/cases/photo/{photo.pk}/")
    assert page["Content-Type"] == "image/jpeg"
    assert page["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]
    assert Image.open(io.BytesIO(page.content)).size == (40, 30)


def test_unread_reports_are_for_those_who_see_all_requests(pages):
    unread = builders.unread_report()
    pages.sign_in(builders.officer("duty_officer"))
    assert "ValueError" in pages.get("/console/cases/unread/").content.decode()
    page = pages.get(f"/console/cases/unread/{unread.pk}/").content.decode()
    assert "does not come back" in page
    assert pages.post(f"/console/cases/unread/{unread.pk}/open/").status_code == 302
    assert pages.get(f"/console/cases/unread/{unread.pk}/").status_code == 404


def test_the_console_home_counts_them(console):
    builders.help_request()
    assert "/console/cases/" in console.get("/console/").content.decode()


def test_nothing_says_how_it_ended_but_an_officer(console):
    case = builders.help_request()
    said = {"version": case.version, "outcome": ""}
    assert console.post(f"/console/cases/{case.pk}/close/", said).status_code == 422
    case.refresh_from_db()
    assert case.closed_at is None


def test_an_unclear_answer_and_its_request_lead_to_each_other(console):
    unclear = builders.unclear(text="2")
    Unclear.objects.filter(pk=unclear.pk).update(calls=True)
    page = f"/console/unclear/{unclear.pk}/"
    way = f"/console/cases/of-unclear/{unclear.pk}/"
    assert f'href="{way}"' in console.get(page).text
    assert console.get(way)["Location"] == "/console/cases/"
    case = builders.help_request(person_id=None, party_id=None, people=[])
    now = clock.now()
    case.reports.create(key=unclear.key, stated_at=now, received_at=now)
    assert console.get(way)["Location"] == f"/console/cases/{case.pk}/"
    assert f'href="{page}"' in console.get(f"/console/cases/{case.pk}/").text


def test_its_sender_reads_where_it_stands_and_answers(pages, officer):
    case = builders.help_request(position={"lat": 40.4, "lon": 49.8})
    path = own_page(case)
    page = pages.get(path)
    shown = page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert "Kömək edin" in shown
    assert case.reference in shown
    assert "40.4" not in shown
    actions.reply(
        case_id=case.pk,
        words="Gəlirik",
        seen=None,
        now=clock.now(),
        actor=builders.Actor.officer(officer.pk),
    )
    assert "Gəlirik" in pages.get(path).content.decode()
    key = str(uuid4())
    for _ in range(2):
        sent = pages.post(f"{path}message/", {"words": "Gözləyirik", "key": key})
        assert sent.status_code == 302
    assert pages.get(path).content.decode().count("Gözləyirik") == 1


def test_photos_can_be_added_and_what_is_none_is_said(pages):
    case = builders.help_request()
    made = io.BytesIO()
    Image.new("RGB", (1700, 850), "blue").save(made, "PNG")
    good = SimpleUploadedFile("a.png", made.getvalue(), "image/png")
    bad = SimpleUploadedFile("b.svg", b"<svg onload=alert(1)>", "image/svg+xml")
    path = own_page(case)
    page = pages.post(f"{path}message/", {"words": "", "photo": [good, bad]}, follow=True)
    assert "could not be read" in page.content.decode()
    photo = case.photos.get()
    assert (photo.width, photo.height) == (1600, 800)


def test_its_sender_stops_the_position_and_takes_it_back(pages):
    case = builders.help_request(position={"lat": 40.4, "lon": 49.8})
    path = own_page(case)
    assert pages.post(f"{path}longer/").status_code == 302
    assert pages.post(f"{path}stop/").status_code == 302
    case.refresh_from_db()
    assert case.position is None
    assert pages.get(f"{path}withdraw/").status_code == 200
    assert case.withdrawn_at is None
    pages.post(f"{path}withdraw/")
    case.refresh_from_db()
    assert case.withdrawn_at is not None
    assert case.closed_at is None


def test_a_report_is_followed_from_the_first_second(pages):
    builders.post(id=2, seat="TR")
    key = report(words="Kömək")
    path = f"/me/request/{tokens.veiled(key, purpose=REPORT_LINK)}/"
    shown = pages.get(path).content.decode()
    assert "need not send it again" in shown
    # Who waits looks again by a button: a page cannot be pulled down everywhere.
    assert f'<a class="button" href="{path}">' in shown
    drain.run_once()
    assert "Kömək" in pages.get(path).content.decode()


def test_a_link_that_a_machine_fetched_is_not_an_answer_read(pages, officer):
    case = builders.help_request()
    path = own_page(case)

    def answered(words):
        doing = {"now": clock.now(), "actor": builders.Actor.officer(officer.pk)}
        return actions.reply(case_id=case.pk, words=words, seen=None, **doing)[0]

    first = answered("Gəlirik")
    shown = pages.get(path).content.decode()
    pages.head(path)
    assert case.messages.get(pk=first.pk).seen_at is None
    assert f'name="through" value="{first.pk}"' in shown
    second = answered("Yoldayıq")
    assert pages.get(f"{path}seen/").status_code == 405
    assert pages.post(f"{path}seen/", {"through": "nonsense"}).status_code == 302
    assert case.messages.get(pk=first.pk).seen_at is None
    # By the page itself: nobody pressed anything, nobody is thanked.
    assert pages.post(f"{path}seen/", {"through": first.pk, "by": "page"}).status_code == 302
    assert case.messages.get(pk=first.pk).seen_at is not None
    assert "you have read it" not in pages.get(path).content.decode()
    assert case.messages.get(pk=second.pk).seen_at is None
    pages.post(f"{path}seen/", {"through": second.pk})
    shown = pages.get(path).content.decode()
    assert "through" not in shown
    assert "Thank you: we know now that you have read it." in shown


def test_a_report_nobody_could_file_is_followed_too(pages, officer):
    builders.post(id=2, seat="TR")
    unread = builders.unread_report()
    path = f"/me/request/{tokens.veiled(unread.key, purpose=REPORT_LINK)}/"
    shown = pages.get(path).content.decode()
    assert reference_of(unread.key) in shown
    assert "officer will read it" in shown
    assert pages.post(f"{path}stop/").status_code == 404
    actions.dismiss_unread(
        unread_id=unread.pk, now=clock.now(), actor=builders.Actor.officer(officer.pk)
    )
    shown = pages.get(path).content.decode()
    assert "officer will read it" not in shown
    assert "tell us anew" in shown
    assert 'href="/help/"' in shown


def test_whoever_said_that_they_are_safe_reads_that(pages):
    builders.post(id=2, seat="TR")
    key = report(Kind.HERE, what="safe")
    drain.run_once()
    path = f"/me/request/{tokens.veiled(key, purpose=REPORT_LINK)}/"
    assert "there and safe" in pages.get(path).content.decode()
    assert pages.post(f"{path}stop/").status_code == 404


@pytest.mark.parametrize("token", ["0" * 22, "short", "x" * 22])
def test_a_link_that_opens_nothing_says_so_kindly(pages, token):
    page = pages.get(f"/me/request/{token}/")
    assert page.status_code == 404
    assert page["Cache-Control"] == "no-store"


def test_a_link_to_a_record_opens_no_request(pages):
    from safeconduct.picture.registry.actions import link_of

    case = builders.help_request()
    token = link_of(case.party_id, "az", clock.now())
    assert pages.get(f"/me/request/{token}/").status_code == 404
