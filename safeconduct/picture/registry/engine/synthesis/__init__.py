"""A believable world of people who do not exist, for demonstrations, tests and measurements."""

from safeconduct.picture.registry.engine.synthesis.world import Synthesised, synthesise

__all__ = ["Synthesised", "synthesise"]
