"""A sandbox and a folder for the command line, as for the stories."""

from scenarios.conftest import clouds, on_stage

__all__ = ["clouds", "on_stage"]
