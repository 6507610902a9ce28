"""The server's sizes follow the machine's memory."""

import pytest

from config.postgres.tuning import MIB, parameters


@pytest.mark.parametrize(("gibibytes", "buffers"), [(1, "128MB"), (8, "1024MB"), (512, "2048MB")])
def test_buffers_are_an_eighth_of_the_memory_within_bounds(gibibytes, buffers):
    assert parameters(gibibytes * 1024 * MIB, throwaway=False)["shared_buffers"] == buffers


def test_only_a_throwaway_server_may_forget():
    assert "fsync" not in parameters(8 << 30, throwaway=False)
    assert parameters(8 << 30, throwaway=True)["fsync"] == "off"
