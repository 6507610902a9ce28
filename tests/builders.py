"""Builders of what tests need: small, keyword arguments with defaults, one thing each.

A builder goes through the capability's own action where there is one, so that a
test never stands on rows the product could not have written. Append at the end.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection, transaction
from PIL import Image

from safeconduct.ground.accounts import terms as accounts_terms
from safeconduct.ground.accounts.actions import invite_officer, make_officer
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.ground.kernel.names import latin_key
from safeconduct.ground.kernel.tokens import Link, mint
from safeconduct.ground.missions.actions import add_closure, appoint
from safeconduct.ground.missions.models import Appointment, Closure, ConsularDistrict, Post
from safeconduct.ground.places.models import City, Country, PlaceName
from safeconduct.picture.incidents.actions import declare_incident
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.terms import Level
from safeconduct.picture.registry.actions import (
    Member,
    PartyDraft,
    Plan,
    Report,
    hand_in_list,
    link_of,
    link_people,
    register_party,
    take_in_report,
)
from safeconduct.picture.registry.models import ContactPoint, ImportRun, Party, Person, Source, Stay
from safeconduct.picture.registry.rules import Leg
from safeconduct.picture.rollcall.actions import presume_chunk
from safeconduct.readiness.advice.actions import (
    approve_edition,
    discard_edition,
    set_review,
    start_edition,
    submit_edition,
    write_level,
)
from safeconduct.readiness.advice.models import Edition, LevelText
from safeconduct.readiness.advice.terms import Area, EditionState, Words
from safeconduct.readiness.advice.terms import AreaKind as AdviceArea
from safeconduct.response.alerts.actions import (
    DraftContent,
    expand_next,
    release_alert,
    save_draft,
    submit_alert,
)
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import AreaKind, CapScope
from safeconduct.response.calls.access import link_of as warden_link_of
from safeconduct.response.calls.models import Call, WardenList
from safeconduct.response.cases.actions import reply as answer_request
from safeconduct.response.cases.actions.opening import Draft, open_or_add
from safeconduct.response.cases.models import Case, Photo, Unread
from safeconduct.response.cases.terms import Way
from safeconduct.response.checkins.actions import ask_chunk, open_round
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Asked, Round, Unclear
from safeconduct.response.ladder.actions import set_plan
from safeconduct.response.ladder.models import DeliveryPlan
from safeconduct.response.ladder.terms import Step
from safeconduct.wires.hazards.models import Problem, Signal
from safeconduct.wires.intake.models import RawAnswer
from safeconduct.wires.intake.terms import ANSWER_LINK, Answer, Door, Scope
from safeconduct.wires.messaging.actions import TextDraft, enqueue_select, open_batch
from safeconduct.wires.messaging.models import Delivery, SenderIdentity
from safeconduct.wires.messaging.terms import Channel, Lane

TESTER = Actor.system("test")
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


def country(code: str = "TR", **more: object) -> Country:
    """A country by its two letters; its other codes are made up."""
    defaults = {"code3": f"{code}X", "number": "000", "names": {"en": code}} | more
    return Country.objects.get_or_create(code=code, defaults=defaults)[0]


def post(*, id: int = 2, seat: str = "TR", district: tuple[str, ...] | None = None) -> Post:  # noqa: A002
    """A post that answers for its district, by default the country of its seat."""
    made = Post.objects.get_or_create(
        pk=id,
        defaults={
            "kind": "embassy",
            "names": {"en": f"Embassy {id}"},
            "country": country(seat),
            "emergency_number": f"+99912{id:07d}",
        },
    )[0]
    for code in (seat,) if district is None else district:
        ConsularDistrict.objects.get_or_create(country=country(code), defaults={"post": made})
    return made


def officer(
    role: str | None = "duty_officer",
    *,
    at: Post | None = None,
    email: str = "",
    second_factor: bool = True,
) -> Officer:
    """Somebody who can sign in, appointed at one post or, without ``at``, at all of them."""
    address = email or f"{role}-{at.pk if at else 'all'}@mfa.example"
    if known := Officer.objects.filter(email=address).first():
        return known
    made = make_officer(
        email=address, name=f"Officer {role}", language="en", now=clock.now(), actor=TESTER
    )
    found = Officer.objects.get(pk=made.id)
    if second_factor:
        give_second_factor(found)
    if role:
        post_id = at.pk if at else None
        appoint(officer_id=found.pk, role=role, post_id=post_id, now=clock.now(), actor=TESTER)
    return found


def give_second_factor(found: Officer) -> None:
    TOTP.activate(found, TOTP_SECRET)


def appointment() -> Appointment:
    """A duty officer's at post 2."""
    return officer("duty_officer", at=post()).appointments.get()


def appointed_officer() -> Officer:
    """A duty officer at post 2 and nowhere else."""
    return officer("duty_officer", at=post(), email="at-two@mfa.example")


def city(
    id: int = 325363,  # noqa: A002
    code: str = "TR",
    name: str = "Adana",
    *,
    names: dict[str, str] | None = None,
    spellings: tuple[str, ...] = (),
    at: tuple[float, float] = (37.0, 35.32),
    population: int = 1_816_750,
) -> City:
    """A city that is found by its name and its other spellings; by default Adana."""
    defaults = {
        "country": country(code),
        "name": name,
        "names": names or {},
        "latitude": at[0],
        "longitude": at[1],
        "population": population,
        "cell": cell_at(*at),
    }
    made, is_new = City.objects.get_or_create(pk=id, defaults=defaults)
    if is_new:
        for key in sorted({latin_key(spelling) for spelling in (name, *spellings)}):
            PlaceName.objects.create(key=key, city=made, weight=population)
    return made


def findable_country(code: str = "TR", **names: str) -> Country:
    """A country that the search of places finds by its names."""
    made = country(code, names=names or {"en": code})
    for key in sorted({latin_key(name) for name in (code, *made.names.values())}):
        PlaceName.objects.get_or_create(key=key, country=made, defaults={"weight": 10**9})
    return made


def incident(*, name: str = "Earthquake", countries: tuple[str, ...] = ("TR",)) -> Incident:
    """An open incident."""
    return declare_incident(
        name=name,
        hazard="earthquake",
        level=Level.PREPARE,
        exercise=False,
        countries=countries,
        signal_id=None,
        now=clock.now(),
        actor=TESTER,
    )


def household(
    people: int = 1, *, phone: str = "", shared: bool = True, names: Sequence[str] = ()
) -> list[Person]:
    """A party of so many; with ``phone`` all of them use it, or the first alone."""
    now = clock.now()
    source = Source.objects.get_or_create(
        kind="test",
        defaults={"label": "", "legal_basis": "", "collected_on": now.date(), "created_at": now},
    )[0]
    party = Party.objects.create(source=source, created_at=now)
    given = [*names, *(f"Person {number}" for number in range(people))][: max(people, len(names))]
    made = [
        Person.objects.create(
            party=party,
            source=source,
            given_name=name,
            name_key=name.lower(),
            sort_key=name.lower(),
            language="az",
            reach=1 if phone else 0,
            created_at=now,
            changed_at=now,
        )
        for name in given
    ]
    for person in (made if shared else made[:1]) if phone else ():
        ContactPoint.objects.create(person=person, channel=1, address=phone)
    return made


def asked(
    people: Sequence[Person],
    *,
    of: Incident | None = None,
    country_code: str = "TR",
    cell: int | None = None,
    intensity: int = 0,
    vulnerability: int = 0,
    record_at: datetime | None = None,
    now: datetime | None = None,
    on: Round | None = None,
) -> list[Asked]:
    """These people asked in a new round of an incident (or ``on`` one), in their order."""
    moment = now or clock.now()
    with transaction.atomic():
        round_ = on or open_round(
            incident_id=(of or incident()).pk,
            audience_id=None,
            batch_id=None,
            closes_at=moment + timedelta(days=7),
            now=moment,
            actor=TESTER,
        )
        lay_out(people, (country_code, cell, intensity, vulnerability, record_at or moment))
        ask_chunk(round=round_, now=moment, actor=TESTER)
        presume_chunk(
            incident_id=round_.incident_id,
            round_number=round_.number,
            now=moment,
            actor=TESTER,
        )
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE audience_chunk")
    found = Asked.objects.filter(incident_id=round_.incident_id, round_id=round_.pk)
    by_person = {one.person_id: one for one in found}
    return [by_person[person.pk] for person in people]


def lay_out(people: Sequence[Person], where: tuple[object, ...]) -> None:
    """The temporary table of a chunk; all at (country, cell, intensity, vulnerability, record)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE audience_chunk (person_id bigint NOT NULL,"
            " party_id bigint NOT NULL, language varchar(5) NOT NULL, reach smallint NOT NULL,"
            " country varchar(2) NOT NULL, cell bigint, intensity smallint NOT NULL,"
            " vulnerability smallint NOT NULL, record_at timestamptz NOT NULL, post_id smallint,"
            " place integer NOT NULL) ON COMMIT DROP"
        )
        cursor.executemany(
            "INSERT INTO audience_chunk (person_id, party_id, language, reach, country, cell,"
            " intensity, vulnerability, record_at, place)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (one.pk, one.party_id, one.language, one.reach, *where, place)
                for place, one in enumerate(sorted(people, key=lambda one: (one.party_id, one.pk)))
            ],
        )


def raw_answer(
    asked_id: int | None = None,
    answer: int | None = Answer.SAFE,
    *,
    scope: Scope = Scope.ME,
    others: Sequence[int] | None = None,
    sender: str = "",
    text: str = "",
    key: UUID | None = None,
    stated_at: datetime | None = None,
    received_at: datetime | None = None,
    door: Door | None = None,
) -> RawAnswer:
    """An answer at our door: by link, or with ``sender`` and ``text`` by SMS."""
    received = received_at or clock.now()
    return RawAnswer.objects.create(
        received_at=received,
        stated_at=stated_at or received,
        channel=door or (Door.SMS if sender else Door.LINK),
        key=key or uuid4(),
        asked_id=asked_id,
        answer=None if sender else answer,
        scope=scope,
        others=None if others is None else list(others),
        sender=sender,
        text=text,
    )


def stay(
    person: Person,
    *,
    at: tuple[float, float] | None = (37.0, 35.32),
    code: str = "TR",
    kind: str = "residence",
    since: date = date(2020, 1, 1),
    until: date | None = None,
    departed_on: date | None = None,
    confirmed_at: datetime | None = None,
) -> Stay:
    """A stay of a person at a place; with ``at`` None known only to be somewhere in a country."""
    return Stay.objects.create(
        person=person,
        kind=kind,
        country=country(code),
        cell=cell_at(*at) if at else None,
        stay_from=since,
        stay_until=until,
        departed_on=departed_on,
        confirmed_at=confirmed_at or clock.now(),
    )


def resident(*, phone: str = "", mail: str = "", language: str = "az", **where: Any) -> Person:
    """Somebody alone, by default in Adana, with the contacts given."""
    (person,) = household(phone=phone)
    if mail:
        ContactPoint.objects.create(person=person, channel=2, address=mail)
    person.reach = (1 if phone else 0) | (2 if mail else 0)
    person.language = language
    person.save()
    stay(person, **where)
    return person


def alert(
    *,
    severity: str = "Moderate",
    writer: Officer | None = None,
    now: datetime | None = None,
    **content: Any,
) -> Alert:
    """A draft about an earthquake in Adana and 30 km around it."""
    moment = now or clock.now()
    values = {
        "hazard": "earthquake",
        "event": "Earthquake",
        "severity": severity,
        "urgency": "Immediate",
        "certainty": "Observed",
        "expires_at": moment + timedelta(hours=24),
        "area_kind": AreaKind.CITY,
        "city_id": city().pk,
        "radius_km": 30.0,
    } | content
    author = writer or officer("duty_officer")
    return save_draft(
        alert_id=None, content=DraftContent(**values), now=moment, actor=Actor.officer(author.pk)
    )


def released_alert(*, expand: bool = True, now: datetime | None = None, **content: Any) -> Alert:
    """An alert that two officers released; with ``expand`` everybody is written to already."""
    moment = now or clock.now()
    draft = alert(now=moment, **content)
    submit_alert(alert_id=draft.pk, version=1, now=moment, actor=Actor.officer(draft.author_id))
    second = Actor.officer(officer("releaser").pk)
    made = release_alert(alert_id=draft.pk, version=1, now=moment, actor=second)
    while expand and expand_next(release_id=made.pk, now=moment):
        pass
    return Alert.objects.get(pk=draft.pk)


def person_on_the_board() -> dict[str, int]:
    """Somebody in Türkiye who was asked: the parts of their panel's address."""
    country("TR")
    made = incident()
    (person,) = household()
    asked([person], of=made)
    return {"incident_id": made.pk, "person_id": person.pk}


def signal(identifier: str = "us6000test", **more: Any) -> Signal:
    """An earthquake signal with an area of one cell in Adana."""
    place = cell_at(37.0, 35.32)
    columns = {
        "source": "usgs",
        "outcome": "accepted",
        "identifier": identifier,
        "sender": "earthquake.usgs.gov",
        "sent": clock.now(),
        "msg_type": "Alert",
        "hazard": "earthquake",
        "event": "M 7.0 - Adana",
        "severity": "Extreme",
        "urgency": "Immediate",
        "certainty": "Observed",
        "texts": {"en": {"headline": "M 7.0 - Adana"}},
        "area_km2": 5.1,
        "cells_from": [place],
        "cells_until": [place],
        "outline": {"type": "Point", "coordinates": [35.32, 37.0]},
        "received_at": clock.now(),
    }
    return Signal.objects.create(**columns | more)


def sender_identity(**more: Any) -> SenderIdentity:
    """A name we send under in Türkiye."""
    given = {"provider": "gateway", "country": "TR", "sender": "MFA"} | more
    return SenderIdentity.objects.create(**given)


def hazard_problem(**more: Any) -> Problem:
    """Something about a signal that nobody has solved."""
    note = {"text": "The file is empty.", "values": {}}
    return Problem.objects.create(**{"at": clock.now(), "note": note, "signal": signal()} | more)


def unclear(*, people: int = 2, text: str = "1", phone: str = "+99955500077") -> Unclear:
    """A digit from a telephone that several people in Türkiye share."""
    asked(household(people, phone=phone), now=clock.now() - timedelta(minutes=5))
    key = uuid4()
    raw_answer(sender=phone, text=text, key=key)
    drain.run_once()
    return Unclear.objects.get(key=key)


def published() -> dict[str, object]:
    """The address of a released alert's public page."""
    made = released_alert(expand=False, scope=CapScope.PUBLIC)
    return {"identifier": made.cap_messages.get().identifier}


def coded() -> dict[str, object]:
    """The address where a released alert's code is checked."""
    return {"code": released_alert(expand=False).release.batch.code}


def family(
    *names: str, code: str = "TR", phone: str = "+9990001112233", mail: str = ""
) -> list[Person]:
    """People who registered themselves as one party, in Adana; by default Leyla Əliyeva alone."""
    city(code=code) if code == "TR" else country(code)
    party = register_party(
        draft=PartyDraft(
            members=[Member(name, "Əliyeva") for name in names or ("Leyla",)],
            phone=phone,
            mail=mail,
            language="az",
            legs=[
                Leg(
                    country=code,
                    city_id=325363 if code == "TR" else None,
                    cell=cell_at(37.0, 35.32) if code == "TR" else None,
                    stay_from=clock.now().date(),
                )
            ],
        ),
        now=clock.now(),
        actor=TESTER,
    )
    return list(party.people.order_by("pk"))


def registered_person() -> Person:
    """Leyla, whose post is number 2."""
    return family()[0]


def registered_twice() -> Person:
    """The second record of Leyla, linked to her first."""
    first, second = family()[0], family(phone="+9990002223344")[0]
    link_people(person_id=second.pk, to_id=first.pk, now=clock.now(), actor=TESTER)
    return second


def said_here(country: str = "TR") -> int:
    """Somebody who never registered and said in a crisis that they are there."""
    city()
    report = Report(key=uuid4(), stated_at=clock.now(), country=country, name="Leyla")
    return take_in_report(report=report, now=clock.now(), actor=TESTER).person_ids[0]


def delivery_plan(*steps: Step, severity: str = "Severe", code: str = "TR") -> DeliveryPlan:
    """The ministry's own steps for a severity in one country."""
    country(code)
    return set_plan(
        severity=severity,
        countries=[code],
        steps=steps or (Step(Channel.SMS, 0), Step(Channel.CALL, 600)),
        now=clock.now(),
        actor=TESTER,
    )


def told_person() -> dict[str, int]:
    """Somebody in Türkiye an alert was released to: the parts of their story's address."""
    person = resident(phone="+9990001112244")
    return {"alert_id": released_alert().pk, "person_id": person.pk}


def alert_and_incident() -> dict[str, int]:
    """A draft, and an incident it might join."""
    found = alert()
    return {"alert_id": found.pk, "incident_id": incident().pk}


def alert_told() -> dict[str, int]:
    """An alert that was released to somebody in Türkiye."""
    return {"alert_id": told_person()["alert_id"]}


def foreign_call() -> Call:
    """A call that some other officer is on."""
    return Call.objects.create(
        batch_id=0, delivery_id=0, person_id=0, officer_id=0, taken_at=clock.now()
    )


def warden_list(country: str = "TR") -> WardenList:
    """A warden's list over people there, with nobody on it yet."""
    now = clock.now()
    return WardenList.objects.create(
        warden="Rasim",
        language="en",
        country=country,
        made_by_id=0,
        made_at=now,
        until=now + timedelta(hours=6),
    )


def warden_link() -> dict[str, object]:
    """The parts of the address where a warden sees whom to call: one of them in need of it."""
    made = warden_list()
    person, release = resident(phone="+999501777"), released_alert().release
    enqueue_select(
        batch_id=release.batch_id,
        select_sql="SELECT %s::bigint, NULL::bigint, 2::smallint, 8::smallint, '+999501777',"
        " 'az', 'TR', 1::smallint",
        params=[person.pk],
        actor=TESTER,
    )
    call = Delivery.objects.get(batch_id=release.batch_id, channel=Channel.CALL)
    incident_id = release.alert.incident_id
    made.calls.create(
        batch_id=call.batch_id,
        delivery_id=call.id,
        person_id=person.pk,
        incident_id=incident_id,
    )
    return {"token": warden_link_of(made)}


def import_run(*, officer_id: int = 0) -> ImportRun:
    """A list somebody handed in."""
    return hand_in_list(
        content=b"name,country\nLeyla,TR\n",
        plan=Plan(label="employer", legal_basis="consent", collected_on=clock.now().date()),
        language="en",
        officer_id=officer_id,
        now=clock.now(),
        actor=TESTER,
    )


def unknown_sender(text: str = "1") -> dict[str, int]:
    """A text from a number nobody registered, and somebody in Türkiye who may have sent it."""
    parts = person_on_the_board()
    stay(Person.objects.get(pk=parts["person_id"]))
    key = uuid4()
    raw_answer(sender="+99955500099", text=text, key=key)
    drain.run_once()
    return {"unclear_id": Unclear.objects.get(key=key).pk, "person_id": parts["person_id"]}


def asked_by_message(people: Sequence[Person], *, now: datetime) -> Round:
    """A round whose question went to the first of each party by SMS, where they have a number."""
    batch = open_batch(
        lane=Lane.URGENT,
        not_after=now + timedelta(days=7),
        exercise=False,
        texts=[TextDraft("en", Channel.SMS, "Are you safe? {link}")],
        link_purpose=ANSWER_LINK,
        link_expires_on=(now + timedelta(days=7)).date(),
        now=now,
        actor=TESTER,
    )
    round_ = open_round(
        incident_id=incident().pk,
        audience_id=None,
        batch_id=batch.pk,
        closes_at=now + timedelta(days=7),
        now=now,
        actor=TESTER,
    )
    asked(people, on=round_, now=now)
    enqueue_select(
        batch_id=batch.pk,
        select_sql="SELECT DISTINCT ON (p.party_id, k.address) p.id, a.id, NULL::smallint,"
        " k.channel, k.address, p.language, 'TR', 1::smallint"
        " FROM checkins_asked a JOIN registry_person p ON p.id = a.person_id"
        " JOIN registry_contactpoint k ON k.person_id = p.id AND k.channel = 1"
        " WHERE a.incident_id = %s AND a.round_id = %s ORDER BY p.party_id, k.address, p.id",
        params=[round_.incident_id, round_.pk],
        actor=TESTER,
    )
    return round_


def record_link() -> dict[str, object]:
    """The parts of the address where Leyla's family sees its record."""
    return {"token": link_of(family()[0].party_id, "az", clock.now())}


def still_link() -> dict[str, object]:
    """The parts of the address where Leyla's family says that it is still there."""
    until = clock.now().date() + timedelta(days=9)
    return {"token": mint(Link(family()[0].party_id, until, "az", 0), purpose="still")}


def invitation_link() -> dict[str, object]:
    """The parts of the address where a new officer sets a password."""
    made = invite_officer(
        email="new@mfa.example", name="Aygün", language="az", now=clock.now(), actor=TESTER
    )
    link = Link(made.pk, clock.now().date() + timedelta(days=2), "az", made.invitation)
    return {"token": mint(link, purpose=accounts_terms.INVITATION)}


def reading() -> dict[str, object]:
    """The language a public page is asked for in."""
    return {"language": "en"}


def edition(
    code: str = "TR",
    *,
    level: int = 2,
    areas: tuple[tuple[int, Area], ...] = (),
    words: dict[str, Words] | None = None,
    review_on: date | None = None,
    author: int = 901,
    now: datetime | None = None,
) -> Edition:
    """A draft of advice for a country, whole enough to be submitted."""
    moment, actor = now or clock.now(), Actor.officer(author)
    country(code)
    made = start_edition(country=code, now=moment, actor=actor)
    said = words or advice_words()
    texts = {text.kind: text.pk for text in made.levels.all()}
    places = [(level, Area()), *areas]
    for version, (of_place, area) in enumerate(places, 1):
        write_level(
            edition_id=made.pk,
            version=version,
            text_id=texts.get(area.kind) if area.kind == "country" else None,
            level=of_place,
            area=area,
            words=said,
            now=moment,
            actor=actor,
        )
    set_review(
        edition_id=made.pk,
        version=len(places) + 1,
        review_on=review_on or moment.date() + timedelta(days=100),
        news={},
        now=moment,
        actor=actor,
    )
    made.refresh_from_db()
    return made


def advice_words(**more: Words) -> dict[str, Words]:
    """Words for a level in the complete languages."""
    return {
        "az": Words(
            "Ehtiyatlı olun",
            "Bəzi yerlərdə risk var.",
            "Sənədləri yanınızda gəzdirin",
            "Ehtiyatlı olun.",
        ),
        "en": Words(
            "Take care",
            "Some places carry risks.",
            "Carry your papers\nKnow whom to call",
            "Take care.",
        ),
        "ru": Words(
            "Будьте осторожны",
            "Местами есть риск.",
            "Носите документы с собой",
            "Будьте осторожны.",
        ),
    } | more


def live_edition(
    code: str = "TR", *, approver: int = 902, now: datetime | None = None, **more: Any
) -> Edition:
    """Advice in force, written by one officer and approved by another."""
    moment = now or clock.now()
    made = edition(code, now=moment, **more)
    submit_edition(edition_id=made.pk, version=made.version, now=moment, actor=Actor.officer(901))
    approve_edition(
        edition_id=made.pk, version=made.version, now=moment, actor=Actor.officer(approver)
    )
    made.refresh_from_db()
    return made


def advised() -> dict[str, object]:
    """The address of Türkiye's page in English."""
    live_edition()
    return {"language": "en", "code": "TR"}


def reading_post() -> dict[str, object]:
    """The address of post 2 in English."""
    return {"language": "en", "post_id": post().pk}


def placed_post() -> Post:
    """Post 2, which has said where it is."""
    made = post()
    Post.objects.filter(pk=made.pk).update(latitude=39.9, longitude=32.85)
    return made


def kept_country() -> dict[str, object]:
    """The address of Türkiye's first screen as a phone keeps it."""
    country("TR")
    return {"language": "en", "country": "TR"}


def advised_country() -> dict[str, object]:
    """The code of Türkiye, for which there is advice."""
    live_edition()
    return {"code": "TR"}


def approved_edition() -> Edition:
    """Advice that is in force, for another country than the drafts are about."""
    return live_edition("GE")


def level_in_force() -> dict[str, object]:
    """The address where an officer warns about a level, of a country no draft is about."""
    return {"text_id": live_edition("AZ").levels.get(kind=AdviceArea.COUNTRY).pk}


def edition_section() -> dict[str, object]:
    """The section on safety of a draft about Türkiye, in place of any other draft."""
    _discard_drafts()
    return {"edition_id": edition().pk, "name": "safety"}


def level_text() -> LevelText:
    """An area of a draft about Türkiye, in place of any other draft."""
    _discard_drafts()
    names = dict.fromkeys(("az", "en", "ru"), "Adana")
    area = Area(AdviceArea.CITIES, names, [city().pk], 20.0)
    return edition(areas=((3, area),)).levels.get(kind=AdviceArea.CITIES)


def help_request(*, words: str = "Kömək edin", country_code: str = "TR", **draft: Any) -> Case:
    """A request for help of a person registered in a country, open and new."""
    post(id=2, seat="TR")
    (person,) = household(1)
    now = clock.now()
    made = Draft(
        **{
            "way": Way.APP,
            "reference": "4K7F-XD02",
            "stated_at": now,
            "received_at": now,
            "language": "az",
            "person_id": person.pk,
            "party_id": person.party_id,
            "people": [person.pk],
            "country": country_code,
            "post_id": 2,
            "words": words,
        }
        | draft
    )
    with transaction.atomic():
        return open_or_add(made, known=None, now=now)


def help_photo() -> Photo:
    """A photo of a request."""
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "JPEG")
    return help_request(photos=[made.getvalue()]).photos.get()


def help_join() -> dict[str, int]:
    """A request, and somebody of the registry it may be of."""
    (person,) = household(1, phone="+994501234567")
    return {"case_id": help_request(details={"phone": "+994501234567"}).pk, "person_id": person.pk}


def unread_report() -> Unread:
    """A report no machine could file."""
    return Unread.objects.create(
        key=uuid4(), received_at=clock.now(), kind=2, reason="ValueError", sealed=b"?"
    )


def _discard_drafts() -> None:
    """One country has one draft; where several builders meet, the last one's stands."""
    for found in Edition.objects.filter(country_id="TR", state=EditionState.DRAFT):
        discard_edition(
            edition_id=found.pk, version=found.version, now=clock.now(), actor=Actor.officer(901)
        )


def closure() -> Closure:
    """Post 2 is closed for a holiday."""
    day = clock.now().date() + timedelta(days=3)
    return add_closure(
        post_id=post().pk,
        first_on=day,
        last_on=day,
        names={"en": "Novruz"},
        now=clock.now(),
        actor=TESTER,
    )


def request_link() -> dict[str, object]:
    """The parts of the address where its sender follows a request: answered, position held."""
    case = help_request(position={"lat": 36.2, "lon": 36.16}, details={"injuries": "qol"})
    answer_request(case_id=case.pk, words="Gəlirik", seen=None, now=clock.now(), actor=TESTER)
    token = mint(Link(case.pk, date(2037, 1, 1), "az", 2), purpose="request")
    return {"token": token}
