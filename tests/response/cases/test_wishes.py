"""How somebody in need may be reached, and who may read what they asked for."""

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.models import ContactPoint, Party, Person
from safeconduct.portals.citizen.inbox.queries import messages_of
from safeconduct.response.cases import actions, queries, rules
from safeconduct.response.cases.engine import drain
from safeconduct.response.cases.models import Case
from safeconduct.response.cases.terms import Outcome
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.terms import Channel
from tests import builders
from tests.response.cases.reports import report

pytestmark = pytest.mark.django_db
BOTH = ((Channel.SMS, "+994501234567"), (Channel.EMAIL, "a@example.com"))


@pytest.fixture
def officer():
    return builders.officer("duty_officer", at=builders.post(id=2, seat="TR"))


@pytest.fixture
def console(pages, officer):
    return pages.sign_in(officer)


def registered(**told):
    """A request of somebody with a number and an address in the registry."""
    case = builders.help_request(details=told)
    for channel, address in BOTH:
        ContactPoint.objects.create(person_id=case.person_id, channel=channel, address=address)
    return case


def answered(case, officer, **how):
    actions.reply(
        case_id=case.pk,
        words="Gəlirik",
        seen=None,
        now=clock.now(),
        actor=Actor.officer(officer.pk),
        **how,
    )
    return sorted(Delivery.objects.values_list("channel", flat=True))


def own_page(case):
    return queries.address_of(case, on=clock.now().date()).partition("8000")[2]


def test_who_says_no_sms_is_told_by_none(officer):
    assert answered(registered(no_sms="yes"), officer) == [Channel.EMAIL]


def test_no_refused_way_is_gone_round_by_what_the_request_itself_told(officer):
    case = registered(no_sms="yes", no_mail="yes", phone="+994501234567", email="a@example.com")
    assert answered(case, officer) == []
    (said,) = [one for one in queries.said_in(case, notes=False) if one.is_ours]
    assert said.words == "Gəlirik"


def test_a_number_told_in_the_request_is_left_alone_if_they_ask_so(officer):
    case = builders.help_request(
        person_id=None,
        party_id=None,
        people=(),
        details={"phone": "+994501234567", "email": "a@example.com", "no_sms": "yes"},
    )
    assert answered(case, officer) == [Channel.EMAIL]


def test_where_they_wrote_when_it_is_safe_an_officer_chooses(officer):
    case = registered(reach_when="gecə doqquzdan sonra")
    with pytest.raises(actions.CareAskedError):
        answered(case, officer)
    assert answered(case, officer, tell=False) == []
    assert answered(case, officer, tell=True) == [Channel.SMS, Channel.EMAIL]


def test_the_console_shows_what_they_asked_for_and_lets_nobody_overlook_it(console):
    case = registered(no_sms="yes", no_call="yes", reach_how="Ərim telefona baxır")
    path = f"/console/cases/{case.pk}/"
    shown = console.get(path).content.decode()
    assert "They asked us not to use:" in shown
    assert "calls, SMS" in shown
    assert shown.count("Ərim telefona baxır") == 2
    said = {"answer-words": "Gəlirik", "answer-seen": str(case.messages.get().pk)}
    page = console.post(f"{path}reply/", said)
    assert page.status_code == 422
    assert "choose below" in page.content.decode()
    assert console.post(f"{path}reply/", said | {"answer-tell": "no"}).status_code == 302
    assert not Delivery.objects.exists()
    assert "No word of it was sent" in console.get(path).content.decode()


def test_word_goes_out_of_itself_where_nobody_asked_for_care(console):
    case = registered()
    path = f"/console/cases/{case.pk}/"
    assert 'value="yes" ' in console.get(path).content.decode().partition('name="answer-tell"')[2]
    said = {
        "answer-words": "Gəlirik",
        "answer-seen": str(case.messages.get().pk),
        "answer-tell": "yes",
    }
    assert console.post(f"{path}reply/", said).status_code == 302
    assert Delivery.objects.count() == 2


def test_the_form_reaches_the_request(officer):
    report(no_sms="yes", no_call="yes", reach_when="axşam", share="maybe", no_mail="no")
    drain.run_once()
    case = Case.objects.get()
    wishes = queries.wishes_of(case)
    assert wishes == {"no_sms": "yes", "no_call": "yes", "reach_when": "axşam", "no_mail": "no"}
    assert rules.refused_ways(wishes) == {Channel.SMS}


def test_their_own_page_changes_it(pages, officer):
    case = registered(no_sms="yes", injuries="qol", phone="+994501234567")
    path = own_page(case)
    assert "We do not use: SMS." in pages.get(path).content.decode()
    assert pages.get(f"{path}reach/").status_code == 200
    said = {"no_mail": "yes", "reach_how": "bacıma zəng edin", "share": "no"}
    assert pages.post(f"{path}reach/", said).status_code == 302
    case.refresh_from_db()
    assert queries.wishes_of(case) == {
        "no_mail": "yes",
        "reach_how": "bacıma zəng edin",
        "share": "no",
    }
    held = queries.details_of_cases([case])[case.pk]
    assert (held["injuries"], held["phone"]) == ("qol", "+994501234567")
    assert case.version == 2
    # Said again it changes nothing.
    pages.post(f"{path}reach/", said)
    case.refresh_from_db()
    assert case.version == 2
    assert answered(case, officer, tell=True) == [Channel.SMS]


def test_a_closed_request_takes_no_wishes(pages, officer):
    case = registered()
    actions.close_case(
        case_id=case.pk,
        version=1,
        outcome=Outcome.HELPED,
        now=clock.now(),
        actor=Actor.officer(officer.pk),
    )
    page = pages.post(f"{own_page(case)}reach/", {"no_sms": "yes"})
    assert page.status_code == 422
    assert queries.wishes_of(case).get("no_sms") is None


def of_a_family(**told):
    """A request of a woman who is registered with her husband."""
    people = builders.household(2)
    return builders.help_request(
        words="Ərim məni döyür",
        person_id=people[0].pk,
        party_id=people[0].party_id,
        people=[people[0].pk],
        details=told,
        position={"lat": 36.2, "lon": 36.16},
    )


def read_by_the_family(pages, case):
    """All that the family's link opens of it: inbox, data and file."""
    token = builders.link_of(case.party_id, "en", clock.now())
    paths = (f"/me/{token}/messages/", f"/me/{token}/data/")
    return "".join(pages.get(path).content.decode() for path in paths)


def test_a_familys_link_shows_that_there_is_a_request_and_no_more(pages, officer):
    case = of_a_family(injuries="qabırğa")
    answered(case, officer)
    read = read_by_the_family(pages, case)
    assert case.reference in read
    for secret in ("döyür", "qabırğa", "Gəlirik", "/me/request/", "Threatened"):
        assert secret not in read
    assert "Ərim məni döyür" in pages.get(own_page(case)).content.decode()


def test_who_wants_the_family_to_read_it_lets_them(pages, officer):
    case = of_a_family(share="yes")
    answered(case, officer)
    read = read_by_the_family(pages, case)
    assert "döyür" in read
    assert "Gəlirik" in read
    pages.post(f"{own_page(case)}reach/", {"share": "no"})
    assert "döyür" not in read_by_the_family(pages, case)


def test_who_is_registered_alone_reads_it_in_their_record_until_they_say_no(pages):
    case = builders.help_request(words="Pasportum itib")
    assert queries.wishes_of(case)["share"] == "yes"
    assert "Pasportum itib" in read_by_the_family(pages, case)
    pages.post(f"{own_page(case)}reach/", {"share": "no"})
    assert "Pasportum itib" not in read_by_the_family(pages, case)


def test_what_is_forgotten_leaves_no_line_in_the_inbox():
    case = of_a_family()
    now = clock.now()
    titles = [one.title for one in messages_of(case.party_id, "en", now)]
    assert titles == [f"A request for help, {case.reference}"]
    Case.objects.update(forgotten_at=now)
    assert messages_of(case.party_id, "en", now) == []


def test_no_record_no_choice_of_readers(pages):
    report(name="Leyla")
    drain.run_once()
    case = Case.objects.get()
    assert Party.objects.get(pk=case.party_id).level == "unregistered"
    assert Person.objects.filter(party_id=case.party_id).exists()
    assert 'name="share"' not in pages.get(f"{own_page(case)}reach/").content.decode()


@pytest.mark.parametrize(
    ("share", "members", "shown"),
    [("yes", 3, True), ("no", 1, False), (None, 1, True), (None, 2, False), ("maybe", 2, False)],
)
def test_who_may_read(share, members, shown):
    assert rules.may_record_read(share, members=members) is shown


@pytest.mark.parametrize(
    ("told", "careful"), [({}, False), ({"reach_how": "a"}, True), ({"reach_when": "b"}, True)]
)
def test_what_asks_for_care(told, careful):
    assert rules.asks_for_care(told) is careful
