"""What a stricter reader finds in the form of messages, one departure at a time."""

import pytest

from safeconduct.wires.hazards.engine import cap as cap_module
from safeconduct.wires.hazards.engine.sniff import read_bytes
from tests.wires.hazards.messages import CAP, cap

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi'


def one(payload: bytes):
    (reading,) = read_bytes(payload)
    return reading


def said(payload: bytes) -> list[str]:
    return one(payload).as_json()["repairs"]


def updated(references: str) -> bytes:
    named = f"<scope>Public</scope><references>{references}</references>"
    return cap(("<scope>Public</scope>", named), ("<msgType>Alert", "<msgType>Update"))


@pytest.mark.parametrize(
    ("old", "new", "repair"),
    [
        ("Strong earthquake", "Strong<br/>quake", "<br> does not belong in <headline>."),
        ("<event>", f'<event {XSI}:nil="true">', "an attribute CAP does not know: “nil”."),
        ("<event>", "<category>Weather</category><event>", "“Weather” is not a value CAP knows"),
        ("<area>", "<web>http://x/%zz</web><area>", "<web> is not an address: “http://x/%zz”."),
        ("<area>", "<web>http://[</web><area>", "<web> is not an address: “http://[”."),
        ("2026-03-01T10:00:00+04:00", "", "<sent> is empty."),
        ("2026-03-01T10:00:00+04:00", "2026-03-01T10:00:00+15:00", "not written as CAP 1.2 asks"),
        ("2026-03-01T10:00:00+04:00", "2026-03-01T10:00:00+04:60", "not written as CAP 1.2 asks"),
        ("2026-03-01", "0001-01-01", "<sent> is too far away to be meant: 0001-01-01."),
        ("2026-03-01", "9999-12-31", "<sent> is too far away to be meant: 9999-12-31."),
        (">Public<", ">Restricted<", "<restriction> is missing in <alert>."),
        (">Public<", ">Private<", "<addresses> is missing in <alert>."),
        ("</area>", "<ceiling>9</ceiling></area>", "<altitude> is missing in <area>."),
        ("duty@example.org", "Met Office", "<sender> holds a space"),
    ],
)
def test_a_departure_is_listed(old, new, repair):
    reading = one(cap((old, new)))
    assert reading.outcome == "tolerated"
    assert reading.severity == "Severe"
    assert any(repair in text for text in said(cap((old, new))))


@pytest.mark.parametrize(
    "new",
    [
        f'<event {XSI}:schemaLocation="urn:x x.xsd">',
        "<category>Met</category><event>",
    ],
)
def test_what_the_schema_allows_is_no_departure(new):
    assert one(cap(("<event>", new))).outcome == "accepted"


@pytest.mark.parametrize("address", ["https://[::1]:8080/a%20b#c", "www.example.org", "tel:+9941"])
def test_addresses_as_agencies_write_them_are_none(address):
    assert one(cap(("<area>", f"<web>{address}</web><area>"))).outcome == "accepted"


def test_references_full_of_blanks_are_read():
    blanks = " " * 100_000
    fields = ("Met", "Office,", "A", "1,", "2026-01-01T00:00:00+00:00")
    reading = one(updated(blanks.join(fields)))
    assert reading.references == ("Met Office,A 1,2026-01-01T00:00:00+00:00",)
    # Neither a reference nor an end to the search for one.
    assert one(updated(f"{'a' * 200}{blanks}b")).references == ("a" * 200, "b")


def test_references_look_at_each_field_once(monkeypatch):
    looked = []

    class Sent:
        def match(self, field: str) -> None:
            looked.append(len(field))

    monkeypatch.setattr(cap_module, "_SENT", Sent())
    for many in (10, 1_000, 1_000_000):
        looked.clear()
        one(updated("a b," * many))
        assert sum(looked) <= min(4 * many, 100_000)


def test_an_identifier_like_a_time_is_one():
    written = "Met Office, 2026-01-01T1, 2026-01-01T00:00:00Z, B C,2,2026-01-02T00:00:00Z"
    assert one(updated(written)).references == (
        "Met Office,2026-01-01T1,2026-01-01T00:00:00Z",
        "B C,2,2026-01-02T00:00:00Z",
    )


def test_of_two_levels_the_worse_counts():
    twice = "<severity>Minor</severity><severity>Extreme"
    assert one(cap(("<severity>Severe", twice))).severity == "Extreme"


@pytest.mark.parametrize(
    "written",
    [
        "Met Office,A 1,2026-01-01T00:00:00+00:00 Met Office,A 2,2026-01-02T00:00:00+00:00",
        "\nMet Office, A 1, 2026-01-01T00:00:00+00:00\n Met Office ,A 2,2026-01-02T00:00:00+00:00",
    ],
)
def test_references_with_spaces_still_name_what_they_mean(written):
    reading = one(updated(written))
    assert reading.references == (
        "Met Office,A 1,2026-01-01T00:00:00+00:00",
        "Met Office,A 2,2026-01-02T00:00:00+00:00",
    )
    assert reading.outcome == "tolerated"


def encoded(words: str, codec: str, claimed: str, mark: bytes = b"") -> bytes:
    text = CAP.replace("UTF-8", claimed).replace("Strong earthquake", words)
    return mark + text.encode(codec)


@pytest.mark.parametrize(
    ("payload", "headline"),
    [
        (encoded("Сильно", "utf-8", "windows-1251", b"\xef\xbb\xbf"), "Сильно"),
        (
            encoded("Şiddetli ığdır", "cp1254", "UTF-8").replace(b"en-US", b"tr-TR"),
            "Şiddetli ığdır",
        ),
        (encoded("Añadió ñandú", "cp1252", "UTF-8"), "Añadió ñandú"),
    ],
)
def test_the_letters_of_the_agency_are_read(payload, headline):
    reading = one(payload)
    assert [texts["headline"] for texts in reading.texts.values()] == [headline]
    assert "The text is not in the encoding it claims" in said(payload)[0]


def test_a_mark_before_a_broken_document_is_no_second_one():
    (reading,) = read_bytes(b"\xef\xbb\xbf" + cap(("Strong", "Strong &")))
    assert reading.severity == "Severe"


@pytest.mark.parametrize(
    "before", [b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n", b"PHP Warning: date()\n"]
)
def test_what_servers_write_before_a_warning_does_not_hide_it(before):
    assert one(before + cap()).severity == "Severe"
    assert said(before + cap()) == ["Text before the XML was passed over."]


@pytest.mark.parametrize("raw", [True, False])
def test_a_warning_written_as_text_in_an_envelope_is_read(raw):
    inner = f"<![CDATA[{CAP}]]>" if raw else CAP.replace("<", "&lt;")
    envelope = f'<s:Envelope xmlns:s="urn:soap"><s:Body><r>{inner}</r></s:Body></s:Envelope>'
    reading = one(envelope.encode())
    assert (reading.identifier, reading.severity) == ("TEST-1", "Severe")
    assert "as text, not as XML" in said(envelope.encode())[0]


def test_a_web_page_is_called_one():
    (reading,) = read_bytes(b"<!DOCTYPE html><html><body><p>404 Not Found</p></body></html>")
    assert str(reading.reason) == "The file is a web page, not a message."


def test_prefixes_nobody_declared_are_understood():
    prefixed = CAP.replace("<", "<cap:").replace("<cap:/", "</cap:").replace("<cap:?", "<?")
    reading = one(prefixed.encode())
    assert (reading.identifier, reading.severity) == ("TEST-1", "Severe")
    item = (
        "<item><title>Quake</title><link>https://www.gdacs.org/1</link><guid>EQ1</guid>"
        "<georss:point>40 49</georss:point><gdacs:eventtype>EQ</gdacs:eventtype>"
        "<gdacs:eventid>1</gdacs:eventid><gdacs:alertlevel>Red</gdacs:alertlevel></item>"
    )
    reading = one(f'<rss version="2.0"><channel>{item}</channel></rss>'.encode())
    assert (reading.source, reading.severity) == ("gdacs", "Extreme")


def test_sound_within_a_message_does_not_cost_its_area():
    sound = "<resource><resourceDesc>Siren</resourceDesc><mimeType>audio/mpeg</mimeType>"
    sound += f"<derefUri>{'A' * 10_100_000}</derefUri></resource><area>"
    reading = one(cap(("<area>", sound)))
    assert reading.outcome == "accepted"
    assert reading.area.cells > 0


def test_letters_by_their_names_in_html_are_the_letters():
    reading = one(cap(("Strong earthquake", "Inundaci&oacute;n &amp; lluvia&nbsp;&mdash; 3")))
    assert reading.texts["en-US"]["headline"] == "Inundación & lluvia\u00a0— 3"
    assert [str(note) for note in reading.repairs] == [
        "Names that only HTML has for letters were read as the letters."
    ]
    strange = said(cap(("Strong earthquake", "Tremor &nosuchname; &oacute;")))
    assert "not well-formed" in strange[0]


def test_no_message_that_another_changes_is_forgotten():
    told = " ".join(f"a@b.c,A-{at},2026-03-01T10:00:00+04:00" for at in range(1_100))
    some = told.split()[:900]
    whole = one(updated(" ".join(some)))
    assert (len(whole.references), whole.repairs) == (900, ())
    assert said(updated(told)) == ["The message refers to more than 1000 others."]
