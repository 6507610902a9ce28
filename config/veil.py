"""Keeps live links and shared secrets out of the log.

Whoever reads a log could otherwise answer for a person, or read what we know of them.
"""

import logging
import re
from typing import Final

_SECRETS: Final = (
    # The 22 characters of a link, wherever it is written: path, referrer, traceback.
    (re.compile(r"/(me(?:/[a-z]+)?|s|invited)/[0-9A-Za-z]{22}(?![0-9A-Za-z])"), r"/\1/…"),
    (re.compile(r"/in/kannel/[^/?#\s'\"]+"), "/in/kannel/…"),
    (re.compile(r"(/in/kannel\S*[?&]secret=)[^&\s'\"]+"), r"\1…"),
)
_PLAIN: Final = logging.Formatter()


class Veil(logging.Filter):
    """Lets every record pass, without the secrets it quotes."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = veiled(_said(record)), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _PLAIN.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = veiled(record.exc_text)
        if record.stack_info:
            record.stack_info = veiled(record.stack_info)
        return True


def veiled(text: str) -> str:
    """The text with an ellipsis for each link and secret in it."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        # A filter that raised would take the caller down with a mistake of the log line.
        return str(record.msg)
