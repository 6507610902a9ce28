"""Registering without an account, and the page behind the signed link."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from hashlib import blake2b
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.actions.consents import choose_consents
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.ground.privacy.web.forms import ConsentForm
from safeconduct.picture.registry import actions, queries, terms
from safeconduct.picture.registry.access import LinkNotOpenError, party_by_link
from safeconduct.picture.registry.models import Party
from safeconduct.picture.registry.rules import is_landline
from safeconduct.picture.registry.web.crowding import crowded
from safeconduct.picture.registry.web.entry import PartyEntry
from safeconduct.picture.registry.web.phones import phones_context
from safeconduct.wires.messaging.terms import Channel

type View = Callable[..., HttpResponse]

_NOT_SAID: Final = ("csrfmiddlewaretoken", "key")


def private_page(view: View) -> View:
    """Kept by no cache, listed by no search engine; a link that opens nothing says so kindly."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except LinkNotOpenError:
            response = render(request, "registry/link_refused.html", status=404)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@private_page
def register(request: HttpRequest) -> HttpResponse:
    """One page for a person or a family; rows are added without script."""
    now = clock.now()
    data = request.POST if request.method == "POST" else None
    entry = PartyEntry(data, reader=_reader(), now=now)
    crowded = data is not None and not entry.added and _crowded(request)
    consents = ConsentForm(data, language=_reader())
    if data is not None and not crowded and entry.is_valid() and consents.is_valid():
        try:
            token = _registered(entry.draft(), consents, _key(data), now)
        except actions.DeletedSinceError:
            return redirect(f"{reverse('registration:deleted')}?again=1")
        return _after_saving(token, entry.draft())
    context = {"entry": entry, "crowded": crowded, "consents": consents, "key": _marked(data)}
    return render(request, "registry/register.html", context, status=429 if crowded else 200)


@private_page
def record(request: HttpRequest, token: str) -> HttpResponse:
    """What we hold of a party, for whoever holds its link, and the form to change it."""
    now = clock.now()
    party = party_by_link(token, now)
    data = request.POST if request.method == "POST" else None
    entry = PartyEntry(data, reader=_reader(), now=now, party=party)
    if data is not None and entry.is_valid():
        actor = Actor.citizen(queries.party_members(party.pk)[0].pk)
        actions.change_party(party_id=party.pk, draft=entry.draft(), now=now, actor=actor)
        return redirect(f"{reverse('registration:record', args=[token])}?saved=1")
    context = _shown(party, request.GET, now) | {"entry": entry, "token": token}
    context["link"] = request.build_absolute_uri(request.path)
    return render(request, "registry/record.html", context)


@private_page
def left(request: HttpRequest, token: str) -> HttpResponse:
    """ "I have left": asks once, then ends the stays."""
    now = clock.now()
    party = party_by_link(token, now)
    if request.method == "POST":
        actor = Actor.citizen(queries.party_members(party.pk)[0].pk)
        actions.note_departure(party_id=party.pk, left_on=now.date(), now=now, actor=actor)
        return redirect("registration:record", token)
    return _ask(
        request,
        token,
        title=_("Have you left?"),
        text=_("You get no more warnings for this place. The record goes after 14 days."),
        button=_("Yes, we have left"),
    )


@private_page
def delete(request: HttpRequest, token: str) -> HttpResponse:
    """Deletes the record, after asking once."""
    now = clock.now()
    party = party_by_link(token, now)
    if request.method == "POST":
        actor = Actor.citizen(queries.party_members(party.pk)[0].pk)
        actions.delete_party(party_id=party.pk, now=now, actor=actor)
        return redirect("registration:deleted")
    return _ask(
        request,
        token,
        title=_("Delete this record?"),
        text=_("Everything is deleted at once. In a crisis nobody will then look for you here."),
        button=_("Delete it"),
        danger=True,
    )


@private_page
def deleted(request: HttpRequest) -> HttpResponse:
    """Also what a form is told that comes again from a telephone, of a record deleted since."""
    return render(request, "registry/deleted.html", {"again": "again" in request.GET})


@private_page
def again(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- as views are called
    """An address in messages of old: a lost link is got back by a code now."""
    return redirect("registration:code")


def _key(form: QueryDict) -> UUID | None:
    """What a form is known by when it comes again: its answer was lost, or somebody pressed twice.

    What it says is in it: whoever goes back and fills the same page in for somebody else, or
    corrects it, hands in another form.
    """
    try:
        mark = UUID(form.get("key", ""))
    except ValueError:
        return None
    said = [pair for pair in sorted(form.lists()) if pair[0] not in _NOT_SAID]
    return UUID(bytes=blake2b(repr(said).encode(), key=mark.bytes, digest_size=16).digest())


def _marked(data: QueryDict | None) -> str:
    """The mark a page's form carries, the same as long as it is the same page to its reader."""
    return data.get("key", "") if data is not None and _key(data) else str(uuid4())


def _registered(
    draft: actions.PartyDraft, consents: ConsentForm, key: UUID | None, now: datetime
) -> str:
    """Registers the party with what it agrees to; the token of its link."""
    actor = Actor.citizen(None)
    with transaction.atomic():
        party = actions.register_party(draft=draft, key=key, now=now, actor=actor)
        # A form that comes again overrules nothing that was taken back meanwhile.
        if party.created_at == now:
            choose_consents(
                subject=Subject("party", party.pk),
                choices=consents.choices(),
                language=_reader(),
                how="form",
                now=now,
                actor=actor,
            )
    return actions.link_of(party.pk, draft.language, now)


def _after_saving(token: str, draft: actions.PartyDraft) -> HttpResponse:
    """Whoever chose to tell all is asked the rest next."""
    if draft.level == terms.Level.FULL:
        return redirect(f"{reverse('registration:more', args=[token])}?saved=1")
    return redirect(f"{reverse('registration:record', args=[token])}?saved=1")


def _shown(party: Party, said: Mapping[str, str], now: datetime) -> dict[str, object]:
    """What a record's page shows beside the form; ``said`` is what was done just before."""
    unconfirmed = queries.unconfirmed(party.pk)
    return {
        "saved": "saved" in said,
        "left": _has_left(party.pk, now),
        "kept": terms.KEPT_UNTIL,
        "sources": queries.lists_naming(party.pk),
        "phone": said.get("phone", ""),
        "unconfirmed": unconfirmed,
        "landlines": [one for one in unconfirmed if one.startswith("+") and is_landline(one)],
        "code": said.get("code", ""),
        "sms": said.get("sms", ""),
        "texted": Channel.SMS in (proven := queries.proven_channels(party.pk)),
        "mailed": Channel.EMAIL in proven,
        "level": party.level,
    } | phones_context(party.pk)


def _ask(request: HttpRequest, token: str, **words: object) -> HttpResponse:
    return render(request, "registry/ask.html", {"token": token, **words})


def _reader() -> str:
    return get_language() or "en"


def _has_left(party_id: int, now: datetime) -> bool:
    stay = queries.stay_of_party(party_id)
    ended = stay and stay.stay_until and stay.stay_until <= now.date()
    return stay is None or bool(stay.departed_on or ended)


def _crowded(request: HttpRequest) -> bool:
    """Whether one network sends more forms than a class or an embassy's guests would."""
    return crowded(request, most=terms.MOST_FORMS_AN_HOUR)
