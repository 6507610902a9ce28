"""Made-up nationals who never registered: they say that they are there, or ask for help."""

import http.client
import io
import logging
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

from PIL import Image, ImageDraw

log = logging.getLogger(__name__)

_BOUNDARY: Final = "----a-made-up-phone"
_HELP: Final[Sequence[Mapping[str, str]]] = (
    {
        "what": "injured",
        "lang": "az",
        "words": "Ayağım sınıb, ikinci mərtəbədəyik. Pilləkən uçub.",
        "name": "Leyla Made-Up",
        "phone": "+9995010001",
        "place": "Antakya",
        "people": "3",
        "with": "Oğlum (4 yaş) və anam (71 yaş)",
        "injuries": "Sağ ayaq, qan dayanıb",
        "reach_how": "Yalnız yazın, zəng etməyin: batareya azdır",
        "lat": "36.2021",
        "lon": "36.1601",
        "accuracy": "25",
    },
    {
        "what": "medical",
        "lang": "ru",
        "words": "У отца диабет, инсулин закончился вчера.",
        "name": "Rashad Made-Up",
        "phone": "+9995010002",
        "place": "Gaziantep",
    },
    {
        "what": "shelter",
        "lang": "en",
        "words": "Eleven students in the yard of the dormitory, no blankets.",
        "email": "students@made-up.invalid",
        "place": "Adana",
        "people": "11",
    },
    {
        "what": "documents",
        "lang": "az",
        "words": "Pasportlarımız dağıntının altında qalıb, geri necə qayıdaq?",
        "phone": "+9995010003",
        "place": "Kahramanmaraş",
    },
)
_HERE: Final[Sequence[Mapping[str, str]]] = (
    {"what": "safe", "lang": "az", "name": "Anar Made-Up", "place": "Adana", "people": "4"},
    {"what": "help", "lang": "fa", "words": "راه بسته است", "place": "Malatya"},
)


def ask_for_help(answer_url: str) -> tuple[int, int]:
    """Send a handful of reports to the door; how many it kept, and for how many people."""
    photo = _photo()
    reports = [("/help", one) for one in _HELP] + [("/here", one) for one in _HERE]
    kept = [
        int(one.get("people", "1"))
        for number, (path, one) in enumerate(reports)
        if _send(answer_url, path, one, [photo] * (number == 0))
    ]
    return len(kept), sum(kept)


def _send(answer_url: str, path: str, fields: Mapping[str, str], photos: Sequence[bytes]) -> bool:
    door = urlsplit(answer_url)
    line = http.client.HTTPConnection(door.hostname or "", door.port, timeout=10)
    said = {"key": str(uuid4()), "country": "TR", **fields}
    kind = {
        "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
        "Accept": "application/json",
    }
    try:
        line.request("POST", path, _body(said, photos), kind)
        return line.getresponse().status == http.client.ACCEPTED
    except (OSError, http.client.HTTPException) as failure:
        log.warning("A made-up report was not taken: %s", type(failure).__name__)
        return False
    finally:
        line.close()


def _body(fields: Mapping[str, str], photos: Sequence[bytes]) -> bytes:
    parts = [_part(f'name="{name}"', said.encode()) for name, said in fields.items()]
    parts += [_part('name="photo"; filename="a.jpg"', photo) for photo in photos]
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


def _part(head: str, content: bytes) -> bytes:
    begin = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n"
    return begin.encode() + content + b"\r\n"


def _photo() -> bytes:
    """A picture of nothing: steps that end in the air."""
    image, made = Image.new("RGB", (480, 320), "#b9b2a6"), io.BytesIO()
    pen = ImageDraw.Draw(image)
    for step in range(5):
        pen.rectangle((40 + 50 * step, 280 - 35 * step, 90 + 50 * step, 300), fill="#6d665c")
    image.save(made, "JPEG", quality=80)
    return made.getvalue()
