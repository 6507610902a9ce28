"""What an administrator fills in."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel.languages import in_words
from safeconduct.ground.missions.models import Post
from safeconduct.ground.missions.terms import ROLES

if TYPE_CHECKING:
    OfficerChoice = forms.ModelChoiceField[Officer]
    PostChoice = forms.ModelChoiceField[Post]
else:  # Django's own class knows nothing of the stubs' brackets
    OfficerChoice = PostChoice = forms.ModelChoiceField


class OfficerField(OfficerChoice):
    def label_from_instance(self, obj: Officer) -> str:
        return f"{obj.name} ({obj.email})"


class PostField(PostChoice):
    def label_from_instance(self, obj: Post) -> str:
        return in_words(obj.names, get_language() or "en")


def _roles() -> list[tuple[str, str]]:
    return [(role.name, str(role.label)) for role in ROLES.values()]


class AppointmentForm(forms.Form):
    """``post_ids`` are those the administrator answers for; None means all, a choice then."""

    officer = OfficerField(Officer.objects.none(), label=_("Officer"))
    role = forms.ChoiceField(label=_("Role"), choices=_roles)
    post = PostField(Post.objects.none(), label=_("Post"), required=False)

    def __init__(
        self, data: dict[str, str] | None = None, *, post_ids: frozenset[int] | None
    ) -> None:
        super().__init__(data)
        posts = Post.objects.filter(is_open=True)
        if post_ids is not None:
            posts = posts.filter(pk__in=post_ids)
        self.fields["officer"] = OfficerField(
            Officer.objects.filter(is_active=True).order_by("name"),
            label=_("Officer"),
            empty_label="–",
        )
        self.fields["post"] = PostField(
            posts,
            label=_("Post"),
            required=post_ids is not None,
            empty_label=_("All posts") if post_ids is None else "–",
        )
