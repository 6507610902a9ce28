"""What an officer may do, and for which posts: the question every console view asks first."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Concatenate, Final

from django.contrib.auth.views import redirect_to_login
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from safeconduct.ground.accounts.access import has_second_factor
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.models import Appointment, Closure, ConsularDistrict, Post
from safeconduct.ground.missions.terms import APPOINT, DESCRIBE, permissions_with, roles_with

# A role and the post it is held at; None is the ministry itself.
type Right = tuple[str, int | None]
type Held = list[Right]
# What the officer of this request holds. A view asks three times and more.
_of_request: Final[ContextVar[tuple[Officer, Held] | None]] = ContextVar("held", default=None)

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def officer_may[**P](permission: str | None) -> Callable[[View[P]], View[P]]:
    """Let officers through who hold ``permission`` somewhere; None asks only that they signed in.

    Anonymous readers are led to the sign-in page, officers without a second
    factor to setting one up. For an officer without the
    permission the page is absent: forbidden and absent answer alike.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not isinstance(request.user, Officer):
                return redirect_to_login(request.get_full_path())
            if not has_second_factor(request.user):
                return redirect("mfa_activate_totp")
            held = _of_request.set((request.user, _appointments(request.user)))
            try:
                if permission is not None and permission not in permissions_of(request.user):
                    raise Http404
                return view(request, *args, **kwargs)
            finally:
                _of_request.reset(held)

        return guarded

    return decorate


def permissions_of(officer: Officer) -> frozenset[str]:
    """Everything the officer may do at one post at least."""
    return permissions_with(frozenset(role for role, _ in _appointments(officer)))


def posts_of(officer: Officer, permission: str) -> frozenset[int] | None:
    """Ids of the posts where the officer holds ``permission``; None means everywhere."""
    roles = roles_with(permission)
    posts = frozenset(post for role, post in _appointments(officer) if role in roles)
    return None if None in posts else frozenset(post for post in posts if post is not None)


def countries_of(officer: Officer, permission: str) -> frozenset[str] | None:
    """Codes of the countries of those posts' districts; None means everywhere."""
    posts = posts_of(officer, permission)
    if posts is None:
        return None
    districts = ConsularDistrict.objects.filter(post_id__in=posts)
    return frozenset(districts.values_list("country_id", flat=True))


def right_at(officer: Officer, permission: str, *, post_id: int | None) -> Right:
    """The role, and the post it is held at, by which an officer may do something for one post.

    That post's before the ministry's, and no other post's. Empty where there is none any more.
    """
    return _narrowest(_for_post(_rights(officer, permission), post_id))


def rights_over(
    officer: Officer,
    permission: str,
    people: Iterable[int],
    *,
    posts: Mapping[int, int | None],
    countries: Mapping[int, str],
) -> list[tuple[Right, list[int]]]:
    """People with the role, and the post it is held at, by which an officer may see them.

    It is the role at the post that answers for them: by ``posts`` of people, or by the
    ``countries`` they are in. Where neither says so, or nothing is held there any more, it is the
    narrowest there is. Always in the same order.
    """
    held = _rights(officer, permission)
    narrowest = _narrowest(held)
    if len(held) < 2:
        return [(narrowest, list(people))]
    answering = _answering(set(countries.values()))
    theirs = {one: answering.get(country) for one, country in countries.items()} | dict(posts)
    found: defaultdict[Right, list[int]] = defaultdict(list)
    for one in people:
        right = _narrowest(_for_post(held, theirs[one])) if one in theirs else narrowest
        found[right if right[0] else narrowest].append(one)
    return sorted(found.items(), key=lambda pair: (pair[0][1] or 0, pair[0][0]))


def _rights(officer: Officer, permission: str) -> Held:
    roles = roles_with(permission)
    return [(role, post) for role, post in _appointments(officer) if role in roles]


def _for_post(held: Held, post_id: int | None) -> Held:
    return [(role, post) for role, post in held if post in (post_id, None)]


def _narrowest(held: Held) -> Right:
    return min(held, key=lambda one: (one[1] is None, one[1] or 0, one[0]), default=("", None))


def _answering(countries: Collection[str]) -> dict[str, int]:
    """The post that answers for each of these countries, where one does."""
    if not countries:
        return {}
    districts = ConsularDistrict.objects.filter(country_id__in=countries)
    return dict(districts.values_list("country_id", "post_id"))


def _appointments(officer: Officer) -> Held:
    """Role and post of each; asked once for the officer of a request, who lives no longer."""
    known = _of_request.get()
    if known is not None and known[0] is officer:
        return known[1]
    lasting = Q(until__isnull=True) | Q(until__gt=clock.now())
    held = Appointment.objects.filter(lasting, officer=officer)
    return list(held.values_list("role", "post_id"))


def officers_of(administrator: Officer) -> QuerySet[Officer]:
    """The officers whose accounts an administrator looks after.

    Of all posts: everybody. Of some: those who are appointed there and nowhere else, since
    whoever resets an account decides who uses it.
    """
    posts = posts_of(administrator, APPOINT)
    rows = Officer.objects.order_by("-is_active", "name", "pk")
    if posts is None:
        return rows
    lasting = Q(until__isnull=True) | Q(until__gt=clock.now())
    held = Appointment.objects.filter(lasting, officer=OuterRef("pk"))
    elsewhere = held.filter(Q(post=None) | ~Q(post_id__in=posts))
    return rows.filter(Exists(held), ~Exists(elsewhere))


def officer_for(officer_id: int, administrator: Officer) -> Officer:
    """An officer whose account the administrator looks after; else 404."""
    found = officers_of(administrator).filter(pk=officer_id).first()
    if found is None:
        raise Http404
    return found


def post_for(post_id: int, officer: Officer) -> Post:
    """A post whose entry in the directory the officer writes; else 404."""
    posts = posts_of(officer, DESCRIBE)
    post = Post.objects.select_related("city").filter(pk=post_id, is_open=True).first()
    if post is None or (posts is not None and post.pk not in posts):
        raise Http404
    return post


def closure_for(closure_id: int, officer: Officer) -> Closure:
    """A closure of a post whose entry the officer writes; else 404."""
    closure = Closure.objects.filter(pk=closure_id).first()
    if closure is None:
        raise Http404
    post_for(closure.post_id, officer)
    return closure


def appointment_for(appointment_id: int, officer: Officer) -> Appointment:
    """An appointment at a post where the officer may appoint; else 404."""
    posts = posts_of(officer, APPOINT)
    held = Appointment.objects.select_related("officer").filter(pk=appointment_id)
    if posts is not None:
        held = held.filter(post_id__in=posts)
    if (found := held.first()) is None:
        raise Http404
    return found
