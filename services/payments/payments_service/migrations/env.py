"""Alembic's entry: the chassis does the rest."""

from chassis.migrate import run_environment

run_environment()
