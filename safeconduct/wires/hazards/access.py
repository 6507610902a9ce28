"""The only way from a number in an address to a row. Hazards are the same for every post."""

from django.shortcuts import get_object_or_404

from safeconduct.wires.hazards.models import Problem, Signal


def signal_for(signal_id: int) -> Signal:
    """A signal, whatever became of it; else 404."""
    return get_object_or_404(Signal.objects.select_related("feed", "superseded_by"), pk=signal_id)


def problem_for(problem_id: int) -> Problem:
    """A problem, solved or not; else 404."""
    return get_object_or_404(Problem, pk=problem_id)
