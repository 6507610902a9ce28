"""Which hazard a message is about, from the words of many agencies."""

import re

from safeconduct.wires.hazards.terms import Hazard

# The first that fits counts: a tsunami message speaks of an earthquake too.
_WORDS = (
    (Hazard.TSUNAMI, r"tsunami|цунами|sunami"),
    (Hazard.EARTHQUAKE, r"earth ?quake|seism|sismo|terremoto|zəlzələ|землетряс|deprem"),
    (Hazard.VOLCANO, r"volcan|vulkan|eruption|ashfall|вулкан"),
    (Hazard.CYCLONE, r"cyclone|hurricane|typhoon|tropical storm|ciclone|ouragan|huracán"),
    (Hazard.WILDFIRE, r"wild ?fire|forest fire|bush ?fire|red flag|incendi|лесн.{0,5}пожар"),
    (Hazard.FLOOD, r"flood|inundac|inonda|hochwasser|überschwemm|паводок|наводнен|daşqın"),
    (Hazard.DROUGHT, r"drought|sequía|sécheresse|засух"),
    (Hazard.COLD, r"snow|ice|frost|blizzard|cold|winter|freez|avalanche|schnee|мороз|снег"),
    (Hazard.HEAT, r"heat|high.temperature|hot|canicule|hitze|жара"),
    (Hazard.STORM, r"storm|wind|rain|thunder|tornado|gale|lightning|hail|gewitter|orage|fog"),
    (Hazard.HEALTH, r"disease|epidemic|pandemic|outbreak|virus|cholera|ebola|эпидеми"),
    (Hazard.SECURITY, r"terror|attack|shooter|unrest|conflict|coup|missile|civil.danger|shelling"),
)
_PATTERNS = [(hazard, re.compile(rf"\b(?:{words})", re.IGNORECASE)) for hazard, words in _WORDS]
_BY_CATEGORY = {
    "Met": Hazard.STORM,
    "Fire": Hazard.WILDFIRE,
    "Health": Hazard.HEALTH,
    "Security": Hazard.SECURITY,
}


def hazard_of(*texts: str, category: str = "") -> Hazard:
    """The hazard the first telling text is about; by category where no word says it."""
    for text in texts:
        for hazard, pattern in _PATTERNS:
            if text and pattern.search(text):
                return hazard
    return _BY_CATEGORY.get(category, Hazard.OTHER)
