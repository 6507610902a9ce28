"""Posts, appointments and what they open."""

from datetime import timedelta

import pytest

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions import access, queries
from safeconduct.ground.missions.actions import (
    AppointmentRefusedError,
    appoint,
    end_appointment,
    load_posts,
)
from safeconduct.ground.missions.models import Appointment, ConsularDistrict, Post
from safeconduct.ground.missions.terms import roles_with
from tests import builders
from tests.builders import TESTER
from tests.pages import Pages

pytestmark = pytest.mark.django_db


def _load(codes: str = "AZ TR GE SY KE") -> None:
    for code in codes.split():
        builders.country(code)


def _load_all() -> None:
    import tomllib

    from safeconduct.ground.missions.actions import POSTS_FILE

    for described in tomllib.loads(POSTS_FILE.read_text())["post"]:
        builders.country(described["country"])


def test_an_officer_at_a_post_answers_for_its_district_only() -> None:
    post = builders.post(id=2, seat="TR", district=("TR", "SY"))
    officer = builders.officer("duty_officer", at=post)
    assert access.countries_of(officer, "rollcall.view") == {"TR", "SY"}
    assert access.posts_of(officer, "rollcall.view") == {2}
    assert access.countries_of(officer, "alerts.release") == frozenset()
    assert access.posts_of(officer, "alerts.release") == frozenset()


def test_an_officer_of_all_posts_answers_for_everywhere() -> None:
    officer = builders.officer("releaser")
    assert access.countries_of(officer, "alerts.release") is None
    assert access.posts_of(officer, "alerts.release") is None


def test_the_right_for_one_post_is_held_there_or_at_the_ministry() -> None:
    officer, now = builders.officer("duty_officer", at=builders.post(id=2)), clock.now()
    assert access.right_at(officer, "cases.work", post_id=2) == ("duty_officer", 2)
    assert access.right_at(officer, "cases.work", post_id=3) == ("", None)
    appoint(officer_id=officer.pk, role="releaser", post_id=None, now=now, actor=TESTER)
    assert access.right_at(officer, "cases.work", post_id=2) == ("duty_officer", 2)
    assert access.right_at(officer, "cases.work", post_id=3) == ("releaser", None)
    assert access.right_at(officer, "cases.work", post_id=None) == ("releaser", None)
    assert access.right_at(officer, "missions.appoint", post_id=2) == ("", None)


def test_each_is_seen_by_the_role_held_for_them_and_else_by_the_narrowest() -> None:
    first = builders.post(id=2, seat="TR")
    builders.post(id=3, seat="GE")
    officer, now = builders.officer("duty_officer", at=first), clock.now()

    def over(*people: int, **known: dict[int, object]) -> list[tuple[object, list[int]]]:
        where = {"posts": {}, "countries": {}} | known
        return access.rights_over(officer, "cases.view", people, **where)

    # With one role there is nothing to choose, and nothing is asked.
    assert over(7, posts={7: 3}) == [(("duty_officer", 2), [7])]
    appoint(officer_id=officer.pk, role="duty_officer", post_id=3, now=now, actor=TESTER)
    assert over(7, 8) == [(("duty_officer", 2), [7, 8])]
    both = [(("duty_officer", 2), [8]), (("duty_officer", 3), [7])]
    assert over(7, 8, posts={7: 3, 8: 2}) == both
    assert over(7, 8, countries={7: "GE", 8: "TR"}) == both
    # Where nothing is held, for a third post or in nobody's country, the narrowest is named.
    assert over(7, posts={7: 4}) == over(7, countries={7: "XK"}) == [(("duty_officer", 2), [7])]
    appoint(officer_id=officer.pk, role="duty_officer", post_id=None, now=now, actor=TESTER)
    assert over(7, posts={7: 4}) == over(7, countries={7: "XK"})
    assert over(7, posts={7: 4}) == [(("duty_officer", None), [7])]


def test_an_appointment_ends_at_its_instant() -> None:
    officer = builders.officer("duty_officer")
    held = officer.appointments.get()
    held.until = clock.now() + timedelta(minutes=1)
    held.save()
    assert "rollcall.view" in access.permissions_of(officer)
    held.until = clock.now()
    held.save()
    assert access.permissions_of(officer) == frozenset()


def test_a_role_is_held_once_and_revived_after_it_ended() -> None:
    officer, now = builders.officer("registrar"), clock.now()
    with pytest.raises(AppointmentRefusedError):
        appoint(officer_id=officer.pk, role="registrar", post_id=None, now=now, actor=TESTER)
    with pytest.raises(AppointmentRefusedError):
        appoint(officer_id=officer.pk, role="emperor", post_id=None, now=now, actor=TESTER)
    held = officer.appointments.get()
    end_appointment(appointment_id=held.pk, now=now, actor=TESTER)
    end_appointment(appointment_id=held.pk, now=now, actor=TESTER)
    assert Entry.objects.filter(kind="missions.appointment_ended").count() == 1
    appoint(officer_id=officer.pk, role="registrar", post_id=None, now=now, actor=TESTER)
    assert officer.appointments.get().until is None


def test_posts_are_loaded_once_and_the_ministry_answers_for_the_rest() -> None:
    _load_all()
    _load("SY KE XK")
    for _ in range(2):
        load_posts(now=clock.now(), actor=TESTER)
    assert queries.post_of_country("TR") == 2
    assert queries.post_of_country("XK") == 1
    assert (
        ConsularDistrict.objects.count()
        == ConsularDistrict.objects.values("country").distinct().count()
    )
    assert all(post.emergency_number.startswith("+999") for post in Post.objects.all())
    assert {"az", "en", "ru"} <= set(Post.objects.get(pk=2).names)


def test_a_post_the_file_no_longer_names_is_closed_not_deleted() -> None:
    _load_all()
    builders.post(id=900, seat="TR", district=())
    load_posts(now=clock.now(), actor=TESTER)
    assert not Post.objects.get(pk=900).is_open


def test_an_administrator_appoints_and_ends(pages: Pages) -> None:
    builders.post(id=2, seat="TR")
    officer = builders.officer(None, email="novice@mfa.example")
    pages.sign_in(builders.officer("administrator"))
    form = {"officer": officer.pk, "role": "duty_officer", "post": "2"}
    assert pages.post("/console/appointments/", form).status_code == 302
    page = pages.post("/console/appointments/", form)
    assert page.status_code == 200
    assert "already" in page.content.decode()
    held = officer.appointments.get()
    assert pages.get(f"/console/appointments/{held.pk}/end/").status_code == 200
    pages.post(f"/console/appointments/{held.pk}/end/")
    assert access.permissions_of(officer) == frozenset()
    assert "Ended" in pages.get("/console/appointments/").content.decode()


def test_an_administrator_of_one_post_appoints_there_only(pages: Pages) -> None:
    here, there = builders.post(id=2, seat="TR"), builders.post(id=3, seat="DE")
    officer = builders.officer(None, email="novice@mfa.example")
    pages.sign_in(builders.officer("administrator", at=here))
    for post_id in ("", str(there.pk)):
        form = {"officer": officer.pk, "role": "duty_officer", "post": post_id}
        assert pages.post("/console/appointments/", form).status_code == 200
    assert not officer.appointments.exists()


def test_the_list_of_posts_costs_the_same_for_more(
    pages: Pages, django_assert_num_queries: object
) -> None:
    pages.sign_in(builders.officer("administrator"))
    counts = []
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for id_, seat in ((2, "TR"), (3, "DE"), (4, "FR")):
        builders.post(id=id_, seat=seat)
        # Names of countries are read once while a process lives.
        pages.get("/console/posts/")
        with CaptureQueriesContext(connection) as queried:
            assert pages.get("/console/posts/").status_code == 200
        counts.append(len(queried))
    assert len(set(counts)) == 1


def test_roles_without_a_permission_are_not_among_those_with_it() -> None:
    assert roles_with("missions.appoint") == {"administrator"}


def test_only_who_is_at_one_post_speaks_for_it(db):
    builders.post(id=2, seat="TR")
    builders.post(id=3, seat="TR")
    now = clock.now()
    officer = builders.officer("duty_officer")
    Appointment.objects.filter(officer=officer).delete()
    assert queries.only_post_of(officer.pk, now) is None
    Appointment.objects.create(officer=officer, role="duty_officer", post_id=2)
    assert queries.only_post_of(officer.pk, now) == 2
    Appointment.objects.create(officer=officer, role="duty_officer", post_id=3)
    assert queries.only_post_of(officer.pk, now) is None
