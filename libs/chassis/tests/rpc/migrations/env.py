"""Runs the migrations of the probe service."""

from chassis.migrate import run_environment

run_environment()
