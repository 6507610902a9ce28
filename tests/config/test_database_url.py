"""Where PostgreSQL is, by one URL: decoded, with TLS if asked for, and never waited for blindly."""

from config import env


def test_what_a_url_must_encode_is_decoded():
    found = env.database("postgresql://us%40er:a%20b%2Fc@db.internal:5433/name")
    assert (found["USER"], found["PASSWORD"]) == ("us@er", "a b/c")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.internal", "5433", "name")


def test_a_socket_is_named_by_its_folder():
    assert env.database("postgresql://me@/name?host=%2Frun%2Fpg&port=5433")["HOST"] == "/run/pg"


def test_tls_is_passed_on_and_nothing_unknown_is():
    url = "postgresql://me@db/name?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&options=-cx"
    options = env.database(url)["OPTIONS"]
    assert options["sslmode"] == "verify-full"
    assert options["sslrootcert"] == "/etc/ca.pem"
    assert "options" not in options


def test_a_line_that_was_cut_is_given_up_within_half_a_minute():
    """Two hours is what the kernel would wait; a sender's lease is a minute."""
    options = env.database("postgresql://me@db/name")["OPTIONS"]
    silent = options["keepalives_idle"]
    silent += options["keepalives_interval"] * options["keepalives_count"]
    assert silent <= 30
    assert options["tcp_user_timeout"] <= 30_000
