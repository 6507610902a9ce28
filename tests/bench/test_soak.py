"""What a soak compares: its second half with its first, once it is warm."""

import pytest

from bench import soak


def test_growth_is_of_the_second_half_over_the_first_and_leaves_the_start_out():
    flat = [(float(second), 100.0) for second in range(100)]
    cold = [(at, 10.0 if at < 9 else value) for at, value in flat]
    grown = [(at, value if at <= 55 else 110.0) for at, value in flat]
    assert soak._change(flat, 100, 0.5) == 0
    assert soak._change(cold, 100, 0.5) == 0
    assert soak._change(grown, 100, 0.5) == pytest.approx(10)


def test_a_p99_sees_the_few_that_were_late():
    late = [(at / 10, 90.0 if at > 550 and at % 50 == 0 else 5.0) for at in range(1000)]
    assert soak._change(late, 100, 0.5) == 0
    assert soak._change(late, 100, 0.99) == pytest.approx(1700)


def test_a_run_too_short_to_compare_says_so():
    with pytest.raises(ValueError, match="short"):
        soak._change([(1.0, 5.0)], 100, 0.5)
