"""Establishing: who the father is, where a parent is, service of process, support for the past."""
