"""The answer page: whoever holds the link can answer, and nobody answers by looking."""

import asyncio
import gzip
import json
import re
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.tokens import Link, mint
from safeconduct.wires.intake.engine.commit import AwayError
from safeconduct.wires.intake.engine.journal import Journal
from safeconduct.wires.intake.engine.ledger import Ledger
from safeconduct.wires.intake.terms import ANSWER_LINK
from safeconduct.wires.intake.web.texts import WRITTEN, texts
from tests.wires.intake.visitor import Memory, Visitor, door

KEY = "0b52b6f6-6f0c-4b8e-9c57-0f6f2d1f8a11"


@pytest.fixture
def ledger() -> Memory:
    return Memory()


@pytest.fixture
def visitor(ledger, tmp_path) -> Visitor:
    return Visitor(door(ledger, tmp_path))


def family(*names):
    async def people_of(asked_id):
        return [(asked_id + n, name) for n, name in enumerate(names)]

    return people_of


@pytest.mark.parametrize("language", WRITTEN)
def test_the_page_is_complete_in_its_language(ledger, tmp_path, language, settings):
    settings.INTAKE = settings.INTAKE | {"GATEWAY_NUMBER": "+999120005555"}
    page = Visitor(door(ledger, tmp_path), language=language).get().check_page()
    t = texts(language)
    assert page.status == 200
    assert f'lang="{language}"' in page.text
    assert page.text.count('name="answer"') == 3
    for words in ("title", "safe", "needs_help", "not_there", "me", "all", "no_data"):
        assert t[words] in page.text
    assert 'href="tel:+999120000002"' in page.text
    assert 'href="sms:+999120005555?&amp;body=2"' in page.text
    assert ('dir="rtl"' in page.text.split(">")[1]) == (language in {"fa", "ar"})


@pytest.mark.parametrize("language", WRITTEN)
def test_every_language_says_everything(language):
    english, other = texts("en"), texts(language)
    assert other.keys() == english.keys()
    gaps = re.compile(r"\{\w+\}")
    for name, text in english.items():
        assert sorted(gaps.findall(other[name])) == sorted(gaps.findall(text)), name


def test_a_language_we_have_not_written_falls_back_to_the_nearest(ledger, tmp_path):
    assert 'lang="ru"' in Visitor(door(ledger, tmp_path), language="uk").get().text


def test_another_language_is_one_tap_away(visitor):
    assert 'href="?l=ru"' in visitor.get().text
    assert texts("ru")["title"] in visitor.get(f"{visitor.path}?l=ru").text
    assert texts("az")["title"] in visitor.get(f"{visitor.path}?l=xx").text


@pytest.mark.parametrize("language", ["az", "en", "ru", "fa", "ar"])
def test_whoever_came_by_a_list_reads_so_behind_the_first_sms(visitor, settings, language):
    page = visitor.get(f"{visitor.path}?l={language}").text
    assert texts(language)["source"] in page
    assert f'href="{settings.PUBLIC_URL}/me/code/"' in page


def test_looking_is_not_answering(visitor, ledger):
    for method in ("GET", "HEAD"):
        assert visitor.ask(method, f"{visitor.path}?answer=1&key={KEY}").status == 200
    assert ledger.lines == []


def test_head_is_get_without_a_body(visitor):
    page, head = visitor.get(), visitor.ask("HEAD", visitor.path)
    assert head.wire == b""
    assert head.headers["content-length"] == page.headers["content-length"]


def test_a_page_and_all_it_loads_weigh_less_than_15_kb(ledger, tmp_path, settings):
    settings.INTAKE = settings.INTAKE | {"GATEWAY_NUMBER": "+999120005555"}
    many = family(*(f"Абдулла-оглы {n}" for n in range(12)))
    visitor = Visitor(door(ledger, tmp_path, people_of=many), language="ru")
    wanted = [visitor.path, *re.findall(r'(?:href|src)="(/a\.[^"]+)"', visitor.get().text)]
    assert len(wanted) == 3
    packed = {"accept-encoding": "gzip, br"}
    weight = 0
    for path in wanted:
        reply = visitor.ask("GET", path, headers=packed)
        assert reply.status == 200
        assert gzip.decompress(reply.wire)
        weight += len(reply.wire) + sum(len(k) + len(v) + 4 for k, v in reply.headers.items())
    assert weight <= 15_000


def test_the_script_stays_small(visitor):
    sent = visitor.get("/a.js", headers={"accept-encoding": "gzip"})
    assert sent.headers["content-encoding"] == "gzip"
    assert len(sent.wire) <= 2_100


def test_a_form_without_script_is_received_and_told_what_was_recorded(visitor, ledger):
    moment = datetime(2026, 2, 6, 4, 17, tzinfo=UTC)
    with clock.stopped_at(moment):
        thanks = visitor.answer(key=visitor.get().key, scope="me", answer="1").check_page()
    assert thanks.status == 200
    assert texts("az")["received"] in thanks.text
    assert texts("az")["safe"] in thanks.text
    assert "04:17 UTC" in thanks.text
    (fields,) = ledger.fields
    assert fields[:3] == [moment.isoformat(), moment.isoformat(), "1"]
    assert fields[4:] == ["7", "1", "0", "\\N", "", "", ""]


def test_help_is_promised_no_sooner_than_it_can_come(visitor):
    thanks = visitor.answer(key=KEY, answer="2").check_page()
    assert texts("az")["received_help"] in thanks.text
    assert texts("az")["help_next"] in thanks.text
    assert texts("az")["safe_now"] in thanks.text


def test_a_new_key_comes_with_every_page(visitor):
    first, second = visitor.get().key, visitor.get().key
    thanks = visitor.answer(key=first, answer="1").key
    assert len({first, second, thanks}) == 3


def test_the_same_answer_twice_has_one_key_but_a_changed_mind_has_another(visitor, ledger):
    for answer in ("1", "1", "2"):
        visitor.answer(key=KEY, scope="me", answer=answer)
    visitor.answer(key=KEY, scope="all", answer="1")
    keys = [fields[3] for fields in ledger.fields]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_a_family_is_named_and_ticked(ledger, tmp_path):
    visitor = Visitor(door(ledger, tmp_path, people_of=family("Leyla", "Elvin", "<b>Nur</b>")))
    page = visitor.get().check_page()
    assert "Leyla" in page.text
    assert "&lt;b&gt;Nur" in page.text
    boxes = re.findall(r'name="others" value="(\w{22})"( checked)?', page.text)
    assert [bool(ticked) for _, ticked in boxes] == [True, False, False]

    thanks = visitor.answer(key=page.key, answer="1", others=[boxes[0][0], boxes[2][0]])
    assert "2" in thanks.check_page().text
    assert ledger.fields[0][6:8] == ["2", "[7,9]"]
    # One tap on "I need help now" speaks for the same people.
    assert thanks.text.count('name="others"') == 2


def test_all_of_us_outweighs_single_ticks(ledger, tmp_path):
    visitor = Visitor(door(ledger, tmp_path, people_of=family("Leyla", "Elvin")))
    box = re.search(r'name="others" value="(\w+)"', visitor.get().text)[1]
    visitor.answer(key=KEY, answer="1", others=[box], scope="all")
    assert ledger.fields[0][6:8] == ["1", "\\N"]


def test_nobody_speaks_for_people_their_page_did_not_name(visitor, ledger):
    link = Link(99, date(2037, 1, 1), "az", 2)
    for made_up in ("99", mint(link, purpose=ANSWER_LINK)):
        reply = visitor.answer(key=KEY, answer="1", others=[made_up]).check_page()
        assert reply.status == 400
    assert ledger.lines == []


@pytest.mark.parametrize("names", ["fail", "hang"])
def test_without_names_the_page_still_asks(ledger, tmp_path, names, monkeypatch):
    monkeypatch.setattr("safeconduct.wires.intake.engine.links._NAMES_SECONDS", 0.01)

    async def people_of(asked_id):
        if names == "fail":
            raise psycopg.OperationalError
        await asyncio.Event().wait()

    page = Visitor(door(ledger, tmp_path, people_of=people_of)).get().check_page()
    assert page.status == 200
    assert page.text.count('type="radio"') == 2


def test_while_the_database_is_away_nobody_is_asked_for_names(ledger, tmp_path):
    ledger.is_away = True
    visitor = Visitor(door(ledger, tmp_path, people_of=family("Leyla", "Elvin")))
    assert "Leyla" not in visitor.get().text


def test_a_door_that_starts_without_the_database_knows_the_posts(ledger, tmp_path):
    door(ledger, tmp_path)

    async def away():
        raise psycopg.OperationalError

    from safeconduct.wires.intake.engine.posts import Posts

    posts = Posts(away, tmp_path)
    assert asyncio.run(posts.refresh()) is False
    assert posts.line(2).emergency_number == "+999120000002"
    assert posts.line(3).emergency_number == "+999120000001"


def test_spoilt_posts_on_disk_do_not_keep_the_door_shut(ledger, tmp_path):
    from safeconduct.wires.intake.engine.posts import Posts

    (tmp_path / "posts.json").write_bytes(b'{"2": 1}')
    assert Posts(None, tmp_path).line(2) is None


@pytest.mark.parametrize("tail", [".", ")", "/", "%E2%80%9D", "\u200f", " Salam", "\n1", "…"])
def test_what_surrounds_a_link_is_no_part_of_it(visitor, tail):
    assert visitor.get(visitor.path + tail).status == 200
    assert visitor.get(visitor.path + "x" + tail).status == 404


@pytest.mark.parametrize("path", ["/s/" + "A" * 22, "/s/short", "/s/" + "z" * 4000, "/s/", "/"])
def test_a_forged_link_gets_a_kind_page(visitor, path):
    page = visitor.get(path, headers={"accept-language": "fa-IR,fa;q=0.9,en;q=0.8"}).check_page()
    assert page.status == 404
    assert texts("fa")["forged"] in page.text
    assert 'href="tel:+999120000001"' in page.text


def test_an_expired_link_says_so_in_its_own_language(visitor, ledger):
    with clock.stopped_at(datetime(2037, 1, 2, tzinfo=UTC)):
        page = visitor.get().check_page()
        assert visitor.answer(key=KEY, answer="1").status == 410
    assert page.status == 410
    assert texts("az")["expired"] in page.text
    assert 'href="tel:+999120000002"' in page.text
    assert ledger.lines == []


@pytest.mark.parametrize(
    "fields",
    [
        {"answer": "4", "key": KEY},
        {"answer": "1"},
        {"answer": "1", "key": "not a key"},
        {"answer": "1", "key": KEY, "scope": "world"},
        {"answer": "1", "key": KEY, "scope": "listed"},
        {"key": KEY},
    ],
)
def test_what_is_no_answer_is_refused_kindly(visitor, ledger, fields):
    page = visitor.answer(**fields).check_page()
    assert page.status == 400
    assert texts("az")["unreadable"] in page.text
    assert ledger.lines == []


def test_a_body_longer_than_any_answer_is_refused(visitor, ledger):
    assert visitor.answer(answer="1", key=KEY, scope="m" * 9000).status == 413
    assert visitor.ask("POST", visitor.path, b"\xff\xfe=%").status == 400
    assert visitor.ask("DELETE", visitor.path).status == 400
    assert ledger.lines == []


def test_a_script_is_answered_in_json(visitor, ledger):
    said = json.dumps({"answer": 3, "scope": "all", "key": KEY}).encode()
    reply = visitor.ask("POST", visitor.path, said, kind="application/json")
    assert json.loads(reply.text)["received"] is True
    assert ledger.fields[0][5:7] == ["3", "1"]
    spoilt = visitor.ask("POST", visitor.path, b"{", kind="application/json")
    assert (spoilt.status, json.loads(spoilt.text)["received"]) == (400, False)


def test_received_is_said_only_of_what_is_kept(visitor, ledger):
    ledger.refuses = True
    page = visitor.answer(key=KEY, answer="2").check_page()
    assert page.status == 503
    assert texts("az")["not_kept"] in page.text
    assert texts("az")["received_help"] not in page.text


def test_one_link_cannot_flood_the_door(visitor, ledger):
    with clock.stopped_at(datetime(2026, 2, 6, tzinfo=UTC)):
        statuses = [visitor.answer(key=KEY, answer="1").status for _ in range(62)]
    assert statuses == [200] * 60 + [429] * 2
    assert len(ledger.lines) == 60


def test_what_waited_on_a_phone_is_dated_by_how_long_it_waited(visitor, ledger):
    with clock.stopped_at(datetime(2026, 2, 6, 12, tzinfo=UTC)):
        visitor.answer(key=KEY, answer="1", waited="3600")
        visitor.answer(key=KEY, answer="1", stated_at="2026-02-06T12:30:00+03:00")
        visitor.answer(key=KEY, answer="1", stated_at="1970-01-01T00:00:00+00:00")
        visitor.answer(key=KEY, answer="1", waited="nan")
    stated = [fields[1][11:16] for fields in ledger.fields]
    assert stated == ["11:00", "09:30", "12:00", "12:00"]


def test_other_apps_are_reached_by_the_beginning_of_their_path(ledger, tmp_path):
    async def other(scope, receive, send):
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    visitor = Visitor(door(ledger, tmp_path, routes={"/receipts": other}))
    assert visitor.get("/receipts/kannel").status == 202


def test_health_tells_where_answers_go(visitor, ledger):
    here = {"host": "127.0.0.1:8010"}
    assert json.loads(visitor.ask("GET", "/health", headers=here).text)["database"] == "here"
    ledger.works, ledger.is_away = False, True
    reply = visitor.ask("GET", "/health", headers=here)
    assert (reply.status, json.loads(reply.text)["database"]) == (503, "away")


def test_strangers_learn_of_a_door_only_whether_it_works(visitor, settings):
    settings.WATCH_TOKEN = "a token"
    proxied = {"host": "127.0.0.1:8010", "x-forwarded-for": "203.0.113.9"}
    for how in ({}, proxied, {"authorization": "Bearer another"}):
        assert json.loads(visitor.ask("GET", "/health", headers=how).text) == {"works": True}
        assert visitor.ask("GET", "/metrics", headers=how).status == 404
    shown = visitor.ask("GET", "/metrics", headers={"authorization": "Bearer a token"})
    assert shown.status == 200
    assert 'safeconduct_door_works{door="a-door",kept="answers"} 1' in shown.text


def test_reports_are_watched_apart_from_answers(ledger, tmp_path):
    """A door that keeps answers and no calls for help does not work."""
    reports, receipts = Memory(), Memory()
    visitor = Visitor(door(ledger, tmp_path, reports=reports, ledgers={"receipts": receipts}))
    here = {"host": "127.0.0.1:8010"}
    reports.waiting, reports.oldest_since = 3, clock.now() - timedelta(seconds=90)
    told = json.loads(visitor.ask("GET", "/health", headers=here).text)
    assert told["works"] is True
    assert (told["waiting"], told["reports"]["waiting"], told["receipts"]["waiting"]) == (0, 3, 0)
    assert 89 < told["reports"]["oldest_seconds"] < 120
    figures = visitor.ask("GET", "/metrics", headers=here).text
    assert 'door_waiting{door="a-door",kept="reports"} 3' in figures
    assert 'door_waiting{door="a-door",kept="answers"} 0' in figures
    oldest = re.search(r'door_oldest_seconds{door="a-door",kept="reports"} ([\d.]+)', figures)
    assert oldest
    assert 89 < float(oldest[1]) < 120
    reports.works = False
    assert visitor.ask("GET", "/health", headers=here).status == 503
    assert 'door_works{door="a-door",kept="reports"} 0' in (
        visitor.ask("GET", "/metrics", headers=here).text
    )


class Held:
    """A store that takes nothing until it is let, or is gone."""

    def __init__(self) -> None:
        self.taking, self.let, self.gone = asyncio.Event(), asyncio.Event(), False

    async def copy(self, _lines):
        self.taking.set()
        await self.let.wait()
        await self.greet()

    async def greet(self):
        if self.gone:
            raise AwayError("gone")

    async def close(self):
        """Nothing is held."""


def test_a_ledger_says_since_when_something_is_not_in_the_database(tmp_path):
    async def lived():
        store, begun = Held(), clock.now()
        ledger = Ledger(
            stores=[store, Held()],
            journal=Journal(tmp_path),
            group_seconds=0.0,
            replay_seconds=9.0,
            speaks=False,
        )
        await ledger.start()
        assert ledger.oldest_since is None
        first = asyncio.create_task(ledger.keep(b"one"))
        await store.taking.wait()
        # In hand: no longer waiting, and not kept.
        assert ledger.waiting == 0
        assert begun <= ledger.oldest_since <= clock.now()
        store.let.set()
        await first
        assert ledger.oldest_since is None
        store.gone = True
        await ledger.keep(b"two")
        # In the journal: kept, and in no officer's sight.
        assert ledger.is_away
        assert ledger.oldest_since is not None
        await ledger.stop()

    asyncio.run(lived())


def test_a_door_counts_what_it_kept_and_where(tmp_path):
    class Gone:
        async def copy(self, _lines):
            raise AwayError("gone")

        async def pulse(self, **_how):
            raise AwayError("gone")

        async def close(self):
            """Nothing is held."""

    async def kept():
        ledger = Ledger(
            stores=[Gone(), Gone()],
            journal=Journal(tmp_path),
            group_seconds=0.0,
            replay_seconds=9.0,
        )
        await ledger.start()
        await asyncio.gather(ledger.keep(b"one"), ledger.keep(b"two"))
        files = ledger.journal_files
        await ledger.stop()
        return ledger.kept, ledger.journalled, ledger.turned_away, files

    assert asyncio.run(kept()) == (2, 2, 0, 1)


def test_robots_are_sent_away(visitor):
    assert "Disallow: /" in visitor.get("/robots.txt").text
    assert visitor.get("/favicon.ico").status == 204
