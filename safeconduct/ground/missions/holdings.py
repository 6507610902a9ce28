"""Who looked at a person's data, told to that person: role and post, never a name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from safeconduct.ground.audit.queries import looks_at
from safeconduct.ground.kernel.languages import in_words
from safeconduct.ground.missions.models import Post
from safeconduct.ground.missions.terms import ROLES
from safeconduct.ground.privacy.holdings import Entry, Fact, Holder, holding

# A role and the post it is held at; None for the ministry itself.
type Office = tuple[str, int | None]


@dataclass(frozen=True)
class Looked:
    """One line of "who looked at it and why"."""

    id: int
    at: datetime
    person_id: int
    who: str
    what: str
    why: str


def looked(person_ids: Iterable[int], *, limit: int | None = None) -> list[Looked]:
    """Who looked at these people, by role and post, the newest first; two queries and a few."""
    found = looks_at(person_ids, limit=limit)
    held = offices((one.role, one.post_id) for one in found)
    return [
        Looked(
            id=one.id,
            at=one.at,
            person_id=one.person_id,
            who=held[one.role, one.post_id],
            what=one.what,
            why=one.why,
        )
        for one in found
    ]


def offices(held: Iterable[Office]) -> dict[Office, str]:
    """Roles and posts as the people they looked after read them; one query."""
    wanted = set(held)
    language = get_language() or "en"
    posts = Post.objects.filter(pk__in={post for _name, post in wanted if post is not None})
    names = {post.pk: in_words(post.names, language) for post in posts}
    return {(role, post): f"{_role(role)}, {_post(post, names)}" for role, post in wanted}


def declare() -> None:
    """Have looks told with everything else that is held."""
    holding(
        "audit.looks",
        _lazy("Who looked at it"),
        tables=["audit.Look"],
        read=_read,
        order=90,
    )


def _read(holder: Holder) -> list[Entry]:
    return [
        [
            Fact("number", _("Number of the look"), one.id),
            Fact("at", _("When"), one.at),
            Fact("who", _("Who"), one.who),
            Fact("what", _("What"), one.what),
            Fact("why", _("What for"), one.why),
        ]
        for one in looked(holder.person_ids)
    ]


def _role(name: str) -> str:
    return str(ROLES[name].label) if name in ROLES else _("Officer")


def _post(post_id: int | None, names: dict[int, str]) -> str:
    if post_id is None:
        return _("the ministry")
    return names.get(post_id) or _("a post that is closed")
