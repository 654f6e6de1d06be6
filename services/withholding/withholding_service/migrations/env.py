"""Runs the migrations of withholding."""

from chassis.migrate import run_environment

run_environment()
