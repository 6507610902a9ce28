"""Who may open what: every address, asked by everybody."""

from typing import Any

import pytest
from django.db import transaction

from safeconduct.ground.kernel.permissions import permissions
from safeconduct.ground.missions.terms import ROLES
from tests import builders
from tests.meta.addresses import Rule, address, names, parts_of, rules
from tests.pages import Pages

RULES = rules()
GUARDED = [rule for rule in RULES if rule.is_permission]
SIGN_IN = "/account/login/"


def _ids(rule: Rule) -> str:
    return rule.name


def _ask(pages: Pages, rule: Rule, path: str) -> Any:
    headers = {"HX-Request": "true"} if rule.fragment else None
    return (pages.post if rule.method == "POST" else pages.get)(path, headers=headers)


def _made(rule: Rule) -> Any:
    builders.post(id=2, seat="TR")
    return getattr(builders, rule.object)() if rule.object else None


def _is_led_to_sign_in(response: Any) -> bool:
    return response.status_code == 302 and response["Location"].startswith(SIGN_IN)


def test_every_address_is_in_the_matrix_and_every_line_is_an_address() -> None:
    assert {rule.name for rule in RULES} == set(names())


def test_every_permission_is_declared_and_some_role_carries_it() -> None:
    carried = frozenset().union(*(role.permissions for role in ROLES.values()))
    assert carried == frozenset(permissions)
    assert {rule.who for rule in GUARDED} <= carried


def test_an_address_of_an_object_names_its_builder() -> None:
    silent = [r.name for r in GUARDED if parts_of(r.name) and not r.object]
    assert not silent, "no builder named, so nobody checks who may open these"


@pytest.mark.django_db
@pytest.mark.parametrize("rule", RULES, ids=_ids)
def test_strangers_see_what_is_public_and_are_led_to_the_sign_in_page_elsewhere(
    rule: Rule, pages: Pages
) -> None:
    if rule.who in {"link", "watcher"}:
        parts = dict.fromkeys(parts_of(rule.name), "0" * 22)
        assert 400 <= _ask(pages, rule, address(rule, parts or None)).status_code < 500
        return
    response = _ask(pages, rule, address(rule, _made(rule)))
    if rule.who == "public":
        assert response.status_code < 400
    elif rule.name != "account_logout":
        assert _is_led_to_sign_in(response), response.status_code


@pytest.mark.django_db
@pytest.mark.parametrize("rule", GUARDED, ids=_ids)
def test_a_role_opens_what_it_carries_and_finds_nothing_elsewhere(rule: Rule) -> None:
    path = address(rule, _made(rule))
    for role in sorted(ROLES):
        # What one of them changes, the next does not see.
        with transaction.atomic():
            response = _ask(Pages().sign_in(builders.officer(role)), rule, path)
            transaction.set_rollback(True)
        if rule.who not in ROLES[role].permissions:
            assert response.status_code == 404, role
        elif rule.page:
            assert response.status_code not in {403, 404}, role
            assert not _is_led_to_sign_in(response), role


@pytest.mark.django_db
@pytest.mark.parametrize("rule", [r for r in GUARDED if r.object], ids=_ids)
def test_absent_and_forbidden_look_alike(rule: Rule, pages: Pages) -> None:
    made = _made(rule)
    role = next(name for name, role in ROLES.items() if rule.who in role.permissions)
    holder = Pages().sign_in(builders.officer(role))
    absent = _ask(holder, rule, address(rule, made, absent=True))
    assert absent.status_code == 404
    if not rule.scoped:
        return
    elsewhere = builders.officer(role, at=builders.post(id=3, seat="DE"))
    forbidden = _ask(pages.sign_in(elsewhere), rule, address(rule, made))
    assert forbidden.status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("rule", GUARDED, ids=_ids)
def test_a_password_alone_opens_no_console_page(rule: Rule, pages: Pages) -> None:
    role = next(name for name, role in ROLES.items() if rule.who in role.permissions)
    officer = builders.officer(role, second_factor=False)
    response = _ask(pages.sign_in(officer), rule, address(rule, _made(rule)))
    assert response["Location"] == "/account/factor/set/"


@pytest.mark.django_db
def test_an_ended_appointment_opens_nothing(pages: Pages) -> None:
    from safeconduct.ground.kernel import clock
    from safeconduct.ground.missions.actions import end_appointment

    officer = builders.officer("administrator")
    held = officer.appointments.get()
    end_appointment(appointment_id=held.pk, now=clock.now(), actor=builders.TESTER)
    assert pages.sign_in(officer).get("/console/posts/").status_code == 404
