"""What is refused before a table is made."""

import click
import pytest

from safeconduct.cli.migrate import refuse_old_server


@pytest.mark.parametrize("major", [15, 17])
def test_an_older_server_is_refused_by_name(major) -> None:
    with pytest.raises(click.ClickException, match=f"PostgreSQL {major};.*18"):
        refuse_old_server(major)


def test_the_servers_we_are_made_for_are_taken() -> None:
    refuse_old_server(18)
    refuse_old_server(19)
