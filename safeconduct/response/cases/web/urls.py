"""Pages of requests for help, for the portals to hang in."""

from django.urls import path

from safeconduct.response.cases.web import citizen as own
from safeconduct.response.cases.web import console as pages
from safeconduct.response.cases.web import unread

citizen = [
    path("<str:token>/", own.status, name="status"),
    path("<str:token>/message/", own.message, name="message"),
    path("<str:token>/seen/", own.seen, name="seen"),
    path("<str:token>/stop/", own.stop, name="stop"),
    path("<str:token>/longer/", own.longer, name="longer"),
    path("<str:token>/withdraw/", own.withdraw, name="withdraw"),
    path("<str:token>/reach/", own.reach, name="reach"),
]

console = [
    path("", pages.case_list, name="list"),
    path("unread/", unread.unread_list, name="unread"),
    path("unread/<int:unread_id>/", unread.unread_page, name="unread_page"),
    path("unread/<int:unread_id>/open/", unread.unread_open, name="unread_open"),
    path("unread/<int:unread_id>/dismiss/", unread.unread_dismiss, name="unread_dismiss"),
    path("photo/<int:photo_id>/", pages.photo, name="photo"),
    path("of-unclear/<int:unclear_id>/", pages.of_unclear, name="of_unclear"),
    path("<int:case_id>/", pages.case, name="case"),
    path("<int:case_id>/take/", pages.take, name="take"),
    path("<int:case_id>/back/", pages.back, name="back"),
    path("<int:case_id>/hand/", pages.hand, name="hand"),
    path("<int:case_id>/urgency/", pages.urgency, name="urgency"),
    path("<int:case_id>/state/", pages.state, name="state"),
    path("<int:case_id>/close/", pages.close, name="close"),
    path("<int:case_id>/reply/", pages.reply, name="reply"),
    path("<int:case_id>/note/", pages.note, name="note"),
    path("<int:case_id>/join/<int:person_id>/", pages.join, name="join"),
]
