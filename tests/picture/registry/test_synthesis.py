"""The made-up world: the same for a seed, shaped as promised, and unreachable for everybody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from safeconduct.ground.kernel import geometry
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.places.models import City, Country
from safeconduct.picture.registry.engine import synthesis
from safeconduct.picture.registry.engine.synthesis import corridors, people
from safeconduct.picture.registry.models import ContactPoint, Party, Person, Source, Stay
from safeconduct.wires.messaging.terms import is_synthetic

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CITIES = [
    (524901, "RU", "Moskva", 55.7522, 37.6156, 10_381_222),
    (498817, "RU", "Sankt-Peterburg", 59.9386, 30.3141, 5_351_935),
    (745044, "TR", "İstanbul", 41.0138, 28.9497, 15_701_602),
    (314830, "TR", "Gaziantep", 37.0595, 37.3825, 1_065_975),
    (112931, "IR", "Tehran", 35.6944, 51.4215, 7_153_309),
    (292223, "AE", "Dubai", 25.0772, 55.3093, 3_790_000),
    (611717, "GE", "Tbilisi", 41.6941, 44.8337, 1_049_498),
]


@pytest.fixture
def places(db: None) -> None:
    for number, code in enumerate(sorted({city[1] for city in CITIES})):
        Country.objects.get_or_create(
            code=code, defaults={"code3": f"{code}X", "number": f"{number:03d}", "names": {}}
        )
    for city_id, country, name, latitude, longitude, population in CITIES:
        City.objects.get_or_create(
            id=city_id,
            defaults={
                "country_id": country,
                "name": name,
                "latitude": latitude,
                "longitude": longitude,
                "population": population,
                "cell": geometry.cell_at(latitude, longitude),
            },
        )


def make(count: int, seed: int = 7) -> synthesis.Synthesised:
    return synthesis.synthesise(count=count, seed=seed, now=NOW, actor=Actor.system("test"))


def test_a_registry_without_places_is_refused(db: None) -> None:
    City.objects.all().delete()
    with pytest.raises(corridors.NoPlacesError):
        make(10)


def test_asked_for_people_are_made_and_all_of_them_stay_somewhere(places: None) -> None:
    made = make(500)
    assert Person.objects.filter(source_id=made.source_id).count() == 500
    assert Stay.objects.filter(person__source_id=made.source_id).count() == 500
    assert Party.objects.filter(source_id=made.source_id, people__isnull=True).count() == 0


def test_nobody_made_up_can_be_reached_by_a_real_provider(places: None) -> None:
    make(500)
    addresses = ContactPoint.objects.values_list("address", flat=True)
    assert len(addresses) > 300
    assert all(is_synthetic(address) for address in addresses)


def test_a_seed_always_draws_the_same_people_and_another_seed_others(places: None) -> None:
    paths = corridors.read_corridors()

    def drawn(seed: int) -> list[int]:
        parties, persons = people.draw_block(paths, seed=seed, block=0, people=400)
        return [*persons.given.tolist(), *parties.cell.tolist(), *persons.age_days.tolist()]

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_the_promised_shares_hold(places: None) -> None:
    make(10_000)
    total = Person.objects.count()
    without = Person.objects.filter(reach=0).count()
    assert 0.07 < without / total < 0.09
    twins = total - Person.objects.exclude(birth_on=None).values("twin_key").distinct().count()
    assert twins > 0
    assert {"Latn", "Cyrl", "Arab"} == set(
        Person.objects.values_list("name_script", flat=True).distinct()
    )
    assert {"az", "en", "ru", "fa", "ar"} == set(
        Person.objects.values_list("language", flat=True).distinct()
    )
    assert set(Stay.objects.values_list("kind", flat=True).distinct()) == {"trip", "residence"}
    assert Stay.objects.filter(cell=None).exists()


def test_a_twentieth_is_registered_twice_under_one_name_and_birth(places: None) -> None:
    _, persons = people.draw_block(corridors.read_corridors(), seed=1, block=0, people=2000)
    second = [index for index, same in enumerate(persons.same_as.tolist()) if same != index]
    assert len(second) == 100
    for index in second:
        first = persons.same_as[index]
        assert persons.age_days[index] == persons.age_days[first]
        assert persons.given[index] == persons.given[first]


def test_families_share_a_phone(places: None) -> None:
    make(2000)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT address FROM registry_contactpoint"
            " WHERE channel = 1 GROUP BY address HAVING count(*) > 1) AS shared"
        )
        assert cursor.fetchone()[0] > 100


def test_dropped_constraints_and_indexes_are_all_back_and_valid(
    places: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _constraints_and_indexes()
    monkeypatch.setattr("safeconduct.picture.registry.engine.synthesis.world._WORTH_DROPPING", 100)
    make(200)
    assert _constraints_and_indexes() == before
    assert len(before) > 15


def _constraints_and_indexes() -> set[tuple[str, str, bool]]:
    tables = [model._meta.db_table for model in (Party, Person, ContactPoint, Stay, Source)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
            " WHERE conrelid = ANY (%(tables)s::regclass[])"
            " UNION ALL SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid"
            " FROM pg_index WHERE indrelid = ANY (%(tables)s::regclass[])",
            {"tables": tables},
        )
        return set(cursor.fetchall())


def test_a_few_more_people_do_not_index_everybody_anew(
    places: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safeconduct.picture.registry.engine.synthesis.world._WORTH_DROPPING", 100)
    make(300)
    before = indexes()
    make(149)
    assert indexes() == before
    make(300)
    assert indexes() != before


def indexes() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid FROM pg_index WHERE indrelid = 'registry_person'::regclass"
        )
        return {number for (number,) in cursor.fetchall()}


def test_the_register_forgets_nobody_of_a_fresh_world(places: None) -> None:
    from safeconduct.picture.registry.actions import forget_what_is_over

    make(3000)
    assert forget_what_is_over(NOW) == 0
    assert Stay.objects.filter(confirmed_at__lt=NOW - timedelta(days=365)).exists()
