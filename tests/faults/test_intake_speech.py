"""What the door says over a real line: lengths, packing, bodies, what other apps answer."""

import gzip
import http.client
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.doors import DoorProcess, link, open_door

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def said(door: DoorProcess, method: str, path: str, body=None, **how) -> http.client.HTTPResponse:
    line = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
    line.request(method, path, body, how.pop("headers", {}), **how)
    response = line.getresponse()
    response.content = response.read()
    line.close()
    return response


def in_pieces(form: bytes) -> Iterator[bytes]:
    yield form[:9]
    yield form[9:]


def test_the_door_speaks_http_as_anybody_expects(tmp_path):
    answer = f"key={uuid4()}&answer=1&scope=me".encode()
    with open_door(tmp_path) as door:
        page = said(door, "GET", link(1))
        assert page.status == 200
        assert page.getheader("Cache-Control") == "no-store"
        assert int(page.getheader("Content-Length")) == len(page.content)

        packed = said(door, "GET", link(1), headers={"Accept-Encoding": "gzip"})
        assert packed.getheader("Content-Encoding") == "gzip"
        assert gzip.decompress(packed.content).count(b"<h1") == page.content.count(b"<h1") == 1

        head = said(door, "HEAD", link(1))
        assert (head.status, head.content) == (200, b"")
        assert int(head.getheader("Content-Length")) > 1000

        whole = said(door, "POST", link(2), answer, headers=FORM)
        pieces = said(door, "POST", link(3), in_pieces(answer), headers=FORM, encode_chunked=True)
        assert (whole.status, pieces.status) == (200, 200)

        announced = said(door, "POST", link(4), b"x" * 100_000, headers=FORM)
        assert announced.status == 413

        assert said(door, "GET", "/receipts/kannel?id=nothing&status=1").status == 400
        assert said(door, "POST", "/receipts/json", b"[]" * 2).status == 400
