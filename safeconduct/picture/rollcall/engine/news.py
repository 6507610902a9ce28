"""Who was heard from lately, by incident; what is lost of it the standings still say."""

from typing import Final

from safeconduct.ground.kernel.heaps import Heap

NEWS: Final = Heap("rollcall_news", about="incident_id", whom="person_id")
