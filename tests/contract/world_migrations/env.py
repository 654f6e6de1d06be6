"""Runs the migrations of this service."""

from chassis.migrate import run_environment

run_environment()
