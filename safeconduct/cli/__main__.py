"""`python -m safeconduct.cli`: how a command starts its own children."""

from safeconduct.cli import main

main()
