"""`safeconduct officer`: accounts, for those who run the installation."""

import click

from safeconduct.cli.surroundings import needs_database

_BY = "command line"


@click.group()
def command() -> None:
    """Officers' accounts: the first administrator is made here, others may be too."""


@command.command()
@click.option("--email", required=True, help="What they sign in with.")
@click.option("--name", required=True, help="As colleagues read it.")
@click.option("--role", required=True, help="duty_officer, releaser, registrar or administrator.")
@click.option("--post", "post_id", type=int, help="Number of the post; without it, all posts.")
@click.option("--language", default="en", show_default=True, help="Of the console.")
@needs_database
def add(email: str, name: str, role: str, post_id: int | None, language: str) -> None:
    """Make an account, appoint it, and print the password to hand over."""
    from django.db import transaction

    from safeconduct.ground.accounts.actions import make_officer
    from safeconduct.ground.kernel import clock
    from safeconduct.ground.kernel.actor import Actor
    from safeconduct.ground.kernel.errors import Refusal
    from safeconduct.ground.missions.actions import appoint

    now, actor = clock.now(), Actor.system(_BY)
    try:
        with transaction.atomic():
            made = make_officer(email=email, name=name, language=language, now=now, actor=actor)
            appoint(officer_id=made.id, role=role, post_id=post_id, now=now, actor=actor)
    except Refusal as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    click.echo(f"{made.email}\n{made.password}")


@command.command()
@click.option("--email", required=True)
@needs_database
def password(email: str) -> None:
    """Print a new password; the old one and the old authenticator stop working."""
    from safeconduct.ground.accounts.actions import give_new_password
    from safeconduct.ground.accounts.models import Officer
    from safeconduct.ground.kernel import clock
    from safeconduct.ground.kernel.actor import Actor

    officer = Officer.objects.filter(email__iexact=email).first()
    if officer is None:
        raise click.ClickException("Nobody has an account with this address.")
    actor = Actor.system(_BY)
    click.echo(give_new_password(officer_id=officer.pk, now=clock.now(), actor=actor))


@command.command("renew-factors")
@needs_database
def renew_factors() -> None:
    """Seal every second factor with the current secret key; a step of changing that key."""
    from safeconduct.ground.accounts.actions import renew_second_factors
    from safeconduct.ground.kernel import clock
    from safeconduct.ground.kernel.actor import Actor

    renewed = renew_second_factors(now=clock.now(), actor=Actor.system(_BY))
    click.echo(f"{renewed} second factors are sealed with the current key.")


@command.command("demo-code")
@click.argument("email")
@needs_database
def show_demo_code(email: str) -> None:
    """Print what a demo officer's authenticator shows now; works in demo mode only."""
    from safeconduct.ground.accounts.models import Officer
    from safeconduct.ground.accounts.queries import demo_code

    officer = Officer.objects.filter(email__iexact=email).first()
    code = officer and demo_code(officer)
    if not code:
        raise click.ClickException("This is no demo officer, or no demonstration.")
    click.echo(code)
