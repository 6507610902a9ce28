"""Figures in Prometheus' text format, and who may read them."""

import pytest

from safeconduct.ground.kernel.watching import Metric, Sample, exposition, may_watch, metric


def test_a_figure_is_a_line_with_what_it_is_of():
    text = exposition(
        [
            metric("jobs_stalled", "Jobs whose worker is gone.", 3),
            Metric("age_seconds", "Ages.", (Sample(0.25, {"lane": 'a "b"\\\n'}),)),
            metric("answers_total", "Answers.", None),
        ]
    )
    assert text == (
        "# HELP safeconduct_jobs_stalled Jobs whose worker is gone.\n"
        "# TYPE safeconduct_jobs_stalled gauge\n"
        "safeconduct_jobs_stalled 3\n"
        "# HELP safeconduct_age_seconds Ages.\n"
        "# TYPE safeconduct_age_seconds gauge\n"
        'safeconduct_age_seconds{lane="a \\"b\\"\\\\\\n"} 0.250\n'
        "# HELP safeconduct_answers_total Answers.\n"
        "# TYPE safeconduct_answers_total counter\n"
    )


def test_a_name_prometheus_would_refuse_is_refused_here():
    with pytest.raises(ValueError, match="no name"):
        exposition([metric("Answers waiting", "", 1)])


@pytest.mark.parametrize(
    ("asked", "may"),
    [
        ({}, True),
        ({"sender": "::1", "host": "[::1]:8000"}, True),
        ({"host": "localhost"}, True),
        # A proxy on this machine asks from this machine, whoever asked it.
        ({"proxied": True}, False),
        ({"host": "consular.mfa.example"}, False),
        ({"sender": "10.0.0.7"}, False),
        ({"sender": ""}, False),
        ({"sender": "10.0.0.7", "shown": "Bearer secret", "proxied": True}, True),
        ({"sender": "10.0.0.7", "shown": "Bearer other"}, False),
        ({"sender": "10.0.0.7", "shown": "secret"}, False),
        # No token configured: an empty one opens nothing.
        ({"sender": "10.0.0.7", "shown": "Bearer ", "token": ""}, False),
    ],
)
def test_who_may_watch(asked, may):
    usual = {
        "token": "secret",
        "shown": "",
        "sender": "127.0.0.1",
        "host": "127.0.0.1:8010",
        "proxied": False,
    }
    assert may_watch(**usual | asked) is may
