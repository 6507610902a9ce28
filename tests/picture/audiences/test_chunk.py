"""When it pays to read everything between the first of them and the last."""

import pytest

from safeconduct.picture.audiences.terms import Chunk


@pytest.mark.parametrize(
    ("chunk", "stretch"),
    [
        (Chunk(people=0, parties=0), None),
        (Chunk(people=1, parties=1, person_ids=(7, 7)), (7, 7)),
        (Chunk(people=100, parties=40, person_ids=(1, 400)), (1, 400)),
        (Chunk(people=100, parties=40, person_ids=(1, 401)), None),
    ],
)
def test_only_ids_that_lie_close_together_make_a_stretch(
    chunk: Chunk, stretch: tuple[int, int] | None
) -> None:
    assert chunk.stretch == stretch
