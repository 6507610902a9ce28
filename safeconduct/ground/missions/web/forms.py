"""What an administrator fills in."""

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel.languages import in_words
from safeconduct.ground.missions.models import Post
from safeconduct.ground.missions.terms import ROLES


class OfficerField(forms.ModelChoiceField):
    def label_from_instance(self, obj: object) -> str:
        assert isinstance(obj, Officer)  # noqa: S101 -- of this field's queryset
        return f"{obj.name} ({obj.email})"


class PostField(forms.ModelChoiceField):
    def label_from_instance(self, obj: object) -> str:
        assert isinstance(obj, Post)  # noqa: S101 -- of this field's queryset
        return in_words(obj.names, get_language() or "en")


class AppointmentForm(forms.Form):
    """``post_ids`` are those the administrator answers for; None means all, a choice then."""

    officer = OfficerField(Officer.objects.none(), label=_("Officer"))
    role = forms.ChoiceField(label=_("Role"))
    post = PostField(Post.objects.none(), label=_("Post"), required=False)

    def __init__(
        self, data: dict[str, str] | None = None, *, post_ids: frozenset[int] | None
    ) -> None:
        super().__init__(data)
        self.fields["officer"].queryset = Officer.objects.filter(is_active=True).order_by("name")
        self.fields["role"].choices = [(role.name, role.label) for role in ROLES.values()]
        posts = Post.objects.filter(is_open=True)
        if post_ids is not None:
            posts = posts.filter(pk__in=post_ids)
        post = self.fields["post"]
        post.queryset = posts
        post.required = post_ids is not None
        if post_ids is None:
            post.empty_label = _("All posts")
