"""What changes the registry."""

from safeconduct.picture.registry.actions.codes import (
    Opened,
    ask_to_confirm,
    ask_to_open,
    confirm_contact,
    send_code,
    try_to_open,
)
from safeconduct.picture.registry.actions.contacts import (
    ContactResult,
    mark_told,
    note_batch_results,
    note_contact_results,
)
from safeconduct.picture.registry.actions.forgetting import forget_what_is_over
from safeconduct.picture.registry.actions.imports import (
    Plan,
    hand_in_list,
    import_list,
    run_import,
)
from safeconduct.picture.registry.actions.kin import (
    name_emergency_contact,
    remove_emergency_contact,
)
from safeconduct.picture.registry.actions.letters import send_link
from safeconduct.picture.registry.actions.limits import count_form_use
from safeconduct.picture.registry.actions.links import LinkRefusedError, link_people, part_people
from safeconduct.picture.registry.actions.notices import (
    NobodyToTellError,
    note_told_by_notice,
    notice_costs,
    send_notices,
)
from safeconduct.picture.registry.actions.parties import (
    DeletedSinceError,
    Member,
    PartyDraft,
    change_party,
    delete_party,
    link_of,
    note_departure,
    register_party,
)
from safeconduct.picture.registry.actions.phones import (
    PhoneRefusedError,
    add_phone,
    phones_of,
    remove_phones,
    renew_phone,
)
from safeconduct.picture.registry.actions.reports import Report, TakenIn, take_in_report
from safeconduct.picture.registry.actions.sealing import confide, forget_confided
from safeconduct.picture.registry.actions.still import (
    answer_still_there,
    ask_chunk,
    ask_still_there,
    let_questions_lapse,
    open_todays_rounds,
)
from safeconduct.picture.registry.actions.warned import NoSuchCountryError, warn_here
from safeconduct.picture.registry.actions.wishes import add_contact, start_contact, stop_contact
from safeconduct.picture.registry.rules import Leg

__all__ = [
    "ContactResult",
    "DeletedSinceError",
    "Leg",
    "LinkRefusedError",
    "Member",
    "NoSuchCountryError",
    "NobodyToTellError",
    "Opened",
    "PartyDraft",
    "PhoneRefusedError",
    "Plan",
    "Report",
    "TakenIn",
    "add_contact",
    "add_phone",
    "answer_still_there",
    "ask_chunk",
    "ask_still_there",
    "ask_to_confirm",
    "ask_to_open",
    "change_party",
    "confide",
    "confirm_contact",
    "count_form_use",
    "delete_party",
    "forget_confided",
    "forget_what_is_over",
    "hand_in_list",
    "import_list",
    "let_questions_lapse",
    "link_of",
    "link_people",
    "mark_told",
    "name_emergency_contact",
    "note_batch_results",
    "note_contact_results",
    "note_departure",
    "note_told_by_notice",
    "notice_costs",
    "open_todays_rounds",
    "part_people",
    "phones_of",
    "register_party",
    "remove_emergency_contact",
    "remove_phones",
    "renew_phone",
    "run_import",
    "send_code",
    "send_link",
    "send_notices",
    "start_contact",
    "stop_contact",
    "take_in_report",
    "try_to_open",
    "warn_here",
]
