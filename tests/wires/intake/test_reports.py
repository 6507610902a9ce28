"""Reports at the door: sealed, kept, and never refused for their form."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.proxies import trusted
from safeconduct.ground.kernel import clock, tokens
from safeconduct.ground.kernel.tokens import Link
from safeconduct.ground.privacy.sealing import SealBrokenError, open_outside
from safeconduct.wires.intake.engine import crowd, reporting
from safeconduct.wires.intake.engine.crowd import Crowd
from safeconduct.wires.intake.engine.multipart import FormReader, NotAFormError
from safeconduct.wires.intake.engine.reported import FIELDS, PHOTOS, reference_of, unpacked
from safeconduct.wires.intake.terms import MAX_PHOTO, REPORT_LINK
from safeconduct.wires.intake.web.texts import WRITTEN, texts
from tests.letters import ANY
from tests.wires.intake.visitor import Memory, Visitor, door, scope_of

KEY = UUID("8e5c3f3e-3b0d-4c1e-9a70-0d8f3f7f2b11")
JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 40
BOUNDARY = "----AaB03x"


def multipart(fields, photos=()) -> bytes:
    body = b""
    for name, value in fields.items():
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        body += value.encode() + b"\r\n"
    for photo in photos:
        head = 'Content-Disposition: form-data; name="photo"; filename="a.jpg"'
        body += f"--{BOUNDARY}\r\n{head}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
        body += photo + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


class Phone:
    """Sends reports to a door whose ledger is a list."""

    def __init__(self, folder) -> None:
        self.kept = Memory()
        self.visitor = Visitor(door(Memory(), folder, reports=self.kept))

    def send(self, path="/help", photos=None, headers=None, **fields):
        if photos is None:
            kind = "application/x-www-form-urlencoded"
            body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
        else:
            kind, body = f"multipart/form-data; boundary={BOUNDARY}", multipart(fields, photos)
        return self.visitor.ask("POST", path, body, kind=kind, headers=headers)

    @property
    def rows(self):
        return self.kept.fields

    def said(self, row=-1):
        sealed = bytes.fromhex(self.rows[row][4].removeprefix("\\\\x"))
        return orjson.loads(open_outside(sealed, purpose=FIELDS))

    def photos(self, row=-1):
        sealed = bytes.fromhex(self.rows[row][5].removeprefix("\\\\x"))
        return list(unpacked(open_outside(sealed, purpose=PHOTOS)))


@pytest.fixture
def phone(tmp_path):
    return Phone(tmp_path)


def test_a_report_is_sealed_and_gets_a_reference_and_a_page_of_its_own(phone):
    reply = phone.send(key=str(KEY), what="injured", words="my+leg", country="tr", lang="az")
    assert reply.check_page().status == 200
    assert reference_of(KEY) in reply.text
    assert f"/me/request/{tokens.veiled(KEY, purpose=REPORT_LINK)}/" in reply.text
    assert texts("az")["report_help_received"] in reply.text
    received, key, kind, crowded, *_ = phone.rows[0]
    assert (UUID(key), kind, crowded) == (KEY, "2", "f")
    assert datetime.fromisoformat(received) <= clock.now()
    assert b"leg" not in phone.kept.lines[0]
    assert phone.said()["words"] == "my leg"
    assert phone.said()["country"] == "TR"


def test_a_script_is_told_in_json_and_may_read_it(phone, settings):
    asked = {"accept": "application/json", "origin": settings.PUBLIC_URL}
    reply = phone.send("/here", key=str(KEY), what="safe", headers=asked)
    assert reply.status == 202
    told = orjson.loads(reply.text)
    assert told["reference"] == reference_of(KEY)
    assert told["follow"].startswith(f"{settings.PUBLIC_URL}/me/request/")
    assert reply.headers["access-control-allow-origin"] == settings.PUBLIC_URL


def test_no_other_page_may_read_what_became_of_a_report(phone):
    reply = phone.send(key=str(KEY), headers={"origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in reply.headers


def test_the_same_form_with_files_is_the_same_report(phone):
    phone.send(key=str(KEY), what="trapped", words="Binada qaldım", photos=[JPEG, JPEG + b"2"])
    assert phone.said()["words"] == "Binada qaldım"
    assert phone.photos() == [JPEG, JPEG + b"2"]


def test_photos_too_large_are_left_out_and_the_words_kept(phone):
    reply = phone.send(key=str(KEY), words="here", photos=[b"\xff\xd8\xff" + bytes(MAX_PHOTO)])
    assert reply.status == 200
    assert texts("en")["photos_cut"] in reply.text
    assert phone.said()["words"] == "here"
    assert phone.said()["cut"] == ["photo"]
    assert phone.rows[0][5] == "\\N"


@pytest.mark.parametrize(
    "odd",
    [
        {"key": "no-key"},
        {"what": "dragons"},
        {"lat": "900", "lon": "12"},
        {"lat": "nan", "lon": "nan"},
        {"people": "many"},
        {"stated_at": "9" * 30},
        {"country": "Atlantis"},
        {"words": "x" * 9000},
        {"unknown": "field"},
    ],
)
def test_nothing_in_a_report_makes_it_be_refused(phone, odd):
    assert phone.send(**{"key": str(uuid4())} | odd).status == 200
    assert phone.said()["what"] == "other"
    assert len(phone.said().get("words", "")) <= 2000
    assert "lat" not in phone.said()


def test_what_was_cut_is_marked(phone):
    phone.send(key=str(KEY), words="x" * 2500)
    assert phone.said()["cut"] == ["words"]


def test_without_a_key_each_sending_is_a_report(phone):
    phone.send(words="a")
    phone.send(words="a")
    assert len({row[1] for row in phone.rows}) == 2


def test_said_earlier_counts_from_then_and_never_from_the_future(phone):
    earlier = clock.now() - timedelta(hours=3)
    phone.send(key=str(KEY), stated_at=str(int(earlier.timestamp() * 1000)))
    assert abs(datetime.fromisoformat(phone.said()["stated_at"]) - earlier) < timedelta(seconds=1)
    phone.send(key=str(KEY), stated_at=str(int((earlier.timestamp() + 10**7) * 1000)))
    assert datetime.fromisoformat(phone.said()["stated_at"]) <= clock.now()


def test_it_is_said_when_a_report_could_not_be_kept(phone):
    phone.kept.refuses = True
    reply = phone.send(key=str(KEY), lang="az")
    assert reply.check_page().status == 503
    assert reply.headers["retry-after"]
    told = phone.send(key=str(KEY), headers={"accept": "application/json"})
    assert orjson.loads(told.text) == {"kept": False, "reason": "report_not_kept"}


def test_whoever_opens_the_doors_address_is_led_to_the_form(phone, settings):
    reply = phone.visitor.ask("GET", "/here")
    assert (reply.status, reply.headers["location"]) == (303, f"{settings.PUBLIC_URL}/here/")


@pytest.mark.parametrize("language", WRITTEN)
@pytest.mark.parametrize("path", ["/here", "/help"])
def test_every_language_has_its_page(phone, language, path):
    page = phone.send(path, key=str(KEY), what="safe", lang=language).check_page()
    heading = "report_received" if path == "/here" else "report_help_received"
    # To who is safe nobody writes an answer: their page shows what they said.
    link = "follow_safe" if path == "/here" else "follow"
    assert texts(language)[heading] in page.text
    assert f">{texts(language)[link]}<" in page.text
    phone.kept.refuses = True
    refused = phone.send(f"{path}?l={language}", key=str(KEY)).check_page()
    assert texts(language)["report_not_kept"] in refused.text


def test_the_same_report_without_end_is_asked_to_wait(phone):
    statuses = [phone.send(key=str(KEY)).status for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    assert phone.send(key=str(uuid4())).status == 200


def test_a_crowd_behind_one_address_is_kept_without_photos(tmp_path, settings):
    settings.INTAKE = settings.INTAKE | {"REPORTS_A_MINUTE": 2}
    phone = Phone(tmp_path)
    for _ in range(3):
        assert phone.send(key=str(uuid4()), photos=[JPEG]).status == 200
    assert [row[3] for row in phone.rows] == ["f", "f", "t"]
    assert phone.rows[2][5] == "\\N"
    other = {"x-forwarded-for": "203.0.113.7"}
    phone.send(key=str(uuid4()), headers=other)
    assert phone.rows[3][3] == "f"


def test_a_flood_is_refused_but_for_those_with_a_link_of_their_own(tmp_path, settings):
    settings.INTAKE = settings.INTAKE | {"REPORTS_A_MINUTE": 1}
    phone = Phone(tmp_path)
    statuses = [phone.send(key=str(uuid4())).status for _ in range(21)]
    assert statuses.count(429) == 1
    record = tokens.mint(Link(5, date(2037, 1, 1), "az", 0), purpose="registration")
    assert phone.send(key=str(uuid4()), record=record).status == 200


def test_what_one_address_has_kept_for_it_is_bounded(tmp_path, settings, monkeypatch):
    """Else one machine fills the disk by what it may send in a minute."""
    monkeypatch.setattr(crowd, "MOST_KEPT", 4000)
    monkeypatch.setattr(crowd, "_LEAST_KEPT", 4000)
    settings.INTAKE = settings.INTAKE | {"REPORTS_A_MINUTE": 1000}
    phone = Phone(tmp_path)
    words = {"words": "a" * 1500}
    with clock.stopped_at(datetime(2026, 11, 22, 10, 0, 5, tzinfo=UTC)):
        said = [phone.send(key=str(uuid4()), photos=[JPEG], **words).status for _ in range(8)]
        assert said[0] == 200
        assert said[-1] == 429
        kept = said.count(200)
        photos = [row[5] != "\\N" for row in phone.rows]
        assert (photos[0], photos[-1], len(photos)) == (True, False, kept)
        # Its neighbours know nothing of it, and whoever is registered is heard.
        other = {"x-forwarded-for": "203.0.113.7"}
        assert phone.send(key=str(uuid4()), headers=other, **words).status == 200
        record = tokens.mint(Link(5, date(2037, 1, 1), "az", 0), purpose="registration")
        assert phone.send(key=str(uuid4()), record=record, **words).status == 200
    with clock.stopped_at(datetime(2026, 11, 22, 10, 10, 5, tzinfo=UTC)):
        assert phone.send(key=str(uuid4()), **words).status == 200


def test_a_registered_link_is_no_licence_to_flood(tmp_path, settings):
    settings.INTAKE = settings.INTAKE | {"REPORTS_A_MINUTE": 1}
    phone = Phone(tmp_path)
    record = tokens.mint(Link(5, date(2037, 1, 1), "az", 0), purpose="registration")
    with clock.stopped_at(datetime(2026, 11, 22, 10, 0, 5, tzinfo=UTC)):
        said = [phone.send(key=str(uuid4()), record=record).status for _ in range(70)]
    assert said.count(200) == 60


@pytest.mark.parametrize("doors", [1, 2, 8, 50])
def test_a_family_of_twelve_behind_one_address_gets_through_within_a_minute(
    tmp_path, settings, doors
):
    """Each says "I am here" and then calls for help, all at one door of many, with a photo."""
    settings.INTAKE = settings.INTAKE | {"DOORS": doors}
    phone = Phone(tmp_path)
    with clock.stopped_at(datetime(2026, 11, 22, 10, 0, 5, tzinfo=UTC)):
        for path in ("/here", "/help"):
            for _ in range(12):
                assert phone.send(path, key=str(uuid4()), photos=[JPEG]).status == 200
    assert {row[3] for row in phone.rows} == {"f"}
    assert all(row[5] != "\\N" for row in phone.rows)


def test_a_flood_from_one_address_puts_nobody_elses_report_back(tmp_path, settings):
    settings.INTAKE = settings.INTAKE | {"REPORTS_A_MINUTE": 12}
    phone = Phone(tmp_path)
    family, flood = {"x-forwarded-for": "203.0.113.7"}, {"x-forwarded-for": "198.51.100.1"}
    with clock.stopped_at(datetime(2026, 11, 22, 10, 0, 5, tzinfo=UTC)):
        statuses = [phone.send(key=str(uuid4()), headers=flood).status for _ in range(250)]
        for _ in range(12):
            assert phone.send(key=str(uuid4()), headers=family).status == 200
    assert statuses.count(429) == 250 - 20 * 12
    assert [row[3] for row in phone.rows[-12:]] == ["f"] * 12
    assert [row[3] for row in phone.rows].count("t") == 19 * 12


@pytest.mark.parametrize("doors", [1, 2, 3, 8])
def test_doors_share_what_one_network_may_send(doors):
    """As a proxy spreads it: each process on each machine counts for itself."""
    fleet = [Crowd(300, doors=doors) for _ in range(doors)]
    judged = [fleet[n % doors].judge("198.51.100.1", 5.0) for n in range(9000)]
    assert abs(sum(not one.crowded for one in judged) - 300) < doors
    assert abs(sum(not one.refused for one in judged) - 6000) < 20 * doors
    assert not any(one.judge("203.0.113.7", 5.0).crowded for one in fleet)


def test_the_command_tells_its_workers_how_many_they_are(monkeypatch):
    import granian
    from click.testing import CliRunner

    from config import env
    from safeconduct.cli import intake

    class Server:
        def __init__(self, target, **chosen):
            self.target, self.workers = target, chosen["workers"]

        def serve(self, **_):
            served.append((self.workers, env.number("SAFECONDUCT_DOORS", 1)))

    served = []
    monkeypatch.setattr(granian, "Granian", Server)
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)
    for said in ("", "6"):
        # A variable of the whole installation counts for more than one machine's workers.
        monkeypatch.setenv("SAFECONDUCT_DOORS", said)
        if not said:
            monkeypatch.delenv("SAFECONDUCT_DOORS")
        assert CliRunner().invoke(intake.command, ["--workers", "2"]).exit_code == 0
    assert served == [(2, 2.0), (2, 6.0)]


def test_senders_without_an_address_are_one_network():
    crowd = Crowd(1)
    assert not crowd.judge("nonsense", 0).crowded
    assert crowd.judge("nonsense", 1).crowded


def test_fields_open_as_fields_only(phone):
    phone.send(key=str(KEY), photos=[JPEG])
    sealed = bytes.fromhex(phone.rows[0][5].removeprefix("\\\\x"))
    with pytest.raises(SealBrokenError):
        open_outside(sealed, purpose=FIELDS)


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=5), st.text(ANY, max_size=60), max_size=4),
    st.lists(st.binary(min_size=1, max_size=300), max_size=3),
    st.integers(1, 50),
)
def test_a_form_is_read_the_same_in_pieces_of_any_size(fields, photos, size):
    fields = {name: text.encode(errors="replace").decode() for name, text in fields.items()}
    body = multipart(fields, photos)
    kind = f"multipart/form-data; boundary={BOUNDARY}".encode()
    reader = FormReader(kind, text_limit=1000, file_limit=1000, most_files=4)
    for start in range(0, len(body), size):
        reader.feed(body[start : start + size])
    assert {p.name: p.content.decode() for p in reader.parts if not p.is_file} == fields
    assert [p.content for p in reader.parts if p.is_file] == photos


def test_a_body_that_is_no_form_is_told_so(phone):
    with pytest.raises(NotAFormError):
        FormReader(b"multipart/form-data", text_limit=1, file_limit=1, most_files=1)
    kind = "multipart/form-data"
    assert phone.visitor.ask("POST", "/help", b"x", kind=kind).check_page().status == 400
    assert not phone.kept.lines


@pytest.mark.parametrize("bound", ["_MOST_IN_HAND", "_OF_A_NETWORK"])
def test_reports_in_hand_are_bounded(tmp_path, monkeypatch, bound):
    monkeypatch.setattr(reporting, bound, 10)
    assert Phone(tmp_path).send(key=str(KEY)).status == 503
    monkeypatch.setattr(reporting, bound, 1000)
    phone = Phone(tmp_path)
    # What the ones before had in hand is free again.
    assert [phone.send(key=str(uuid4())).status for _ in range(40)] == [200] * 40


def test_who_promises_much_and_sends_little_takes_nobodys_place(phone):
    async def drips() -> dict:
        await asyncio.sleep(60)

    async def said_to_nobody(message) -> None: ...

    async def beside_many():
        promised = {"content-length": "2200000", "content-type": "multipart/form-data; boundary=x"}
        scope = scope_of("POST", "/help", promised)
        slow = [
            asyncio.create_task(phone.visitor.door(scope, drips, said_to_nobody))
            for _ in range(300)
        ]
        await asyncio.sleep(0)
        try:
            return await phone.visitor.spoken("POST", "/help", f"key={KEY}".encode())
        finally:
            for each in slow:
                each.cancel()

    assert asyncio.run(beside_many()).status == 200


def test_behind_proxies_each_caller_is_counted_alone(tmp_path, settings):
    settings.INTAKE = settings.INTAKE | {
        "REPORTS_A_MINUTE": 1,
        "PROXIES": trusted(["127.0.0.1", "10.1.0.0/16"]),
    }
    phone = Phone(tmp_path)
    for chain in ("203.0.113.7, 10.1.2.3", "203.0.113.8, 10.1.2.3", "198.51.100.1, 203.0.113.8"):
        phone.send(key=str(uuid4()), headers={"x-forwarded-for": chain})
    # The last address that is no proxy of ours counts; what stands before it is hearsay.
    assert [row[3] for row in phone.rows] == ["f", "f", "t"]
