"""The test settings with leases of some seconds, for senders whose haste is not the question.

With two seconds a call has one; a busy machine takes longer at times, and then what a sender
holds goes back and forth, and a call that ran out of time is made again, rightly flagged.
"""

from config.settings.test import *  # noqa: F403 -- all but what follows
from config.settings.test import MESSAGING

MESSAGING = MESSAGING | {"LEASE_SECONDS": 6.0}
