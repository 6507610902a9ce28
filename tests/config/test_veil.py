"""Who reads the log cannot answer for anybody."""

import io
import logging
from collections.abc import Iterator

import pytest
from django.test import Client

LINK = "0aZ9" * 5 + "Qq"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the handler that the settings made would have written."""
    (handler,) = [h for h in logging.getLogger().handlers if h.name == "console"]
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def test_a_form_refused_at_a_link_does_not_write_the_link(log: io.StringIO) -> None:
    response = Client(enforce_csrf_checks=True).post(f"/me/{LINK}/")
    assert response.status_code == 403
    assert log.getvalue() == "Forbidden (CSRF cookie not set.): /me/…/\n"


@pytest.mark.parametrize("path", [f"/s/{LINK}", "/in/kannel/a-shared-secret?from=1"])
def test_messages_arguments_and_tracebacks_are_veiled(log: io.StringIO, path: str) -> None:
    try:
        int(path)
    except ValueError:
        logging.getLogger("django.request").exception("At %s", path, stack_info=True)
    assert LINK not in log.getvalue()
    assert "a-shared-secret" not in log.getvalue()
    assert log.getvalue().count("…") >= 2


def test_a_log_line_written_wrongly_harms_nobody(log: io.StringIO) -> None:
    logging.getLogger("safeconduct").warning("%d of %d", "x")  # noqa: PLE1206 -- the mistake
    assert log.getvalue() == "%d of %d\n"
