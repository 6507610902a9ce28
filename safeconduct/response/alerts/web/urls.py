from django.urls import path, register_converter

from safeconduct.response.alerts.web import checking, drafting, joining, levels, signals
from safeconduct.response.alerts.web import console as pages
from safeconduct.response.alerts.web import public as open_pages
from safeconduct.response.alerts.web import steps as stepping


class Identifier:
    """What our CAP identifiers are made of; a document's address ends in .xml."""

    regex = r"[0-9A-Za-z.]{1,80}?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Identifier, "cap_identifier")

console = [
    path("", pages.alert_list, name="list"),
    path("new/", drafting.new, name="new"),
    path("from-signal/<int:signal_id>/", signals.draft_from_signal, name="draft_from_signal"),
    path("from-level/<int:text_id>/", levels.draft_from_level, name="draft_from_level"),
    path("of-signal/<int:signal_id>/", pages.of_signal, name="of_signal"),
    path("of-incident/<int:incident_id>/", pages.of_incident, name="of_incident"),
    path("<int:alert_id>/", pages.alert_page, name="page"),
    path("<int:alert_id>/edit/", drafting.edit, name="edit"),
    path("<int:alert_id>/steps/", stepping.steps, name="steps"),
    path("<int:alert_id>/progress/", pages.alert_progress, name="progress"),
    path("<int:alert_id>/recount/", pages.recount, name="recount"),
    path("<int:alert_id>/submit/", pages.submit, name="submit"),
    path("<int:alert_id>/take-back/", pages.take_back, name="take_back"),
    path("<int:alert_id>/better-area/", signals.take_area, name="take_area"),
    path("<int:alert_id>/join/<int:incident_id>/", joining.join, name="join"),
    path("<int:alert_id>/release/", pages.release, name="release"),
    path("<int:alert_id>/stop/", pages.stop, name="stop"),
]
# Short: people read these from paper and screens and type them.
verify = [
    path("verify/", checking.ask, name="ask"),
    path("v/<str:code>", checking.by_code, name="code"),
]
public = [
    path("", open_pages.alert_list, name="list"),
    path("feed.atom", open_pages.alert_feed, name="feed"),
    path("<cap_identifier:identifier>.xml", open_pages.alert_document, name="document"),
    path("<cap_identifier:identifier>", open_pages.alert_page, name="page"),
]
