"""The answers' door, for ASGI servers and for Granian; starts whether PostgreSQL answers or not."""

import gc

import django

django.setup()

from safeconduct.portals.citizen.door import ports  # noqa: E402 -- models need Django set up
from safeconduct.wires.intake.engine.door import build  # noqa: E402 -- as above
from safeconduct.wires.intake.engine.rsgi import RsgiDoor  # noqa: E402 -- as above

application = build(ports())
served = RsgiDoor(application)
# What is loaded by now stays: looking through it again and again would make answers wait.
gc.collect()
gc.freeze()
