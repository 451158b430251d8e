"""Commands that run before and after an apply: `hooks:` in the settings.

A command is a list of words, started as it is: no shell takes it apart. Only `apply` starts any, from the settings of
its own checkout; `plan`, `validate` and everything that a pull request can start never do.

Must not: start anything (`engine/hooks`).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, GetJsonSchemaHandler, StringConstraints, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from reconciler.model.spec import Document

VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
NO_SHELL = "a command is a list of words, because no shell takes it apart: [./check.sh, --strict]"


Variable = Annotated[str, StringConstraints(pattern=VARIABLE)]


class Hook(Document):
    """One command. RECONCILER_PLAN names the plan's file, and afterwards RECONCILER_REPORT that of the report."""

    run: tuple[str, ...] = Field(description="The program and its arguments, from the repository's folder.")
    seconds: int = Field(default=60, ge=1, le=3600, description="How long it may take; then it is ended.")
    env: tuple[Variable, ...] = Field(default=(), description="Further variables that it is given, by name.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:  # Any: not validated yet
        if isinstance(value, str) or (isinstance(value, dict) and isinstance(value.get("run"), str)):
            raise ValueError(NO_SHELL)
        return {"run": value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _says_what(self) -> Hook:
        if not self.run or not self.run[0].strip() or any("\0" in word for word in self.run):
            raise ValueError(f"it names no program: {NO_SHELL}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The list of words is a whole command."""
        words = {"type": "array", "items": {"type": "string"}, "description": "The program and its arguments."}
        return {"anyOf": [handler.resolve_ref_schema(handler(core)), words]}

    @property
    def called(self) -> str:
        """How messages call it."""
        return " ".join(self.run)


class Hooks(Document):
    """What is started when an apply has something to do; one after the other, in this order."""

    before_apply: tuple[Hook, ...] = Field(default=(), description="One that fails stops the apply.")
    after_apply: tuple[Hook, ...] = Field(default=(), description="One that fails is told, and changes nothing.")
