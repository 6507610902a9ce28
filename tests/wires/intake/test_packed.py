"""Pages packed ahead of time unpack to exactly what they are."""

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from safeconduct.wires.intake.engine.packed import Page

MARKS = ("\ue000".encode(), "\ue001".encode())
texts = st.text("abc <>ə\n", max_size=200).map(str.encode)


@given(st.lists(texts | st.sampled_from(MARKS), max_size=8), texts, texts)
def test_a_packed_page_unpacks_to_the_plain_one(pieces, first, second):
    body, own = b"".join(pieces), dict(zip(MARKS, (first, second), strict=True))
    filled = Page(body, MARKS).filled(own)
    assert filled.plain() == body.replace(MARKS[0], first).replace(MARKS[1], second)
    assert gzip.decompress(filled.gzipped()) == filled.plain()


def test_browsers_that_read_one_member_read_all_of_it():
    packed = Page(b"<p>" + MARKS[0] + b"</p>", MARKS).filled({MARKS[0]: b"x" * 200_000}).gzipped()
    reader = zlib.decompressobj(31)
    assert len(reader.decompress(packed)) == 200_007
    assert reader.eof
    assert reader.unused_data == b""


def test_what_readers_share_is_smaller_packed():
    page = Page(b"<li>the same again</li>" * 100 + MARKS[0], MARKS).filled({MARKS[0]: b"mine"})
    assert len(page.gzipped()) < len(page.plain()) / 10
