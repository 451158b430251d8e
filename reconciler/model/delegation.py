"""Who may change what of whom: `policies: {delegation: ...}` in the settings.

`owners` may change everything; everybody else what a grant gives them: some things of some customers, up to a cap.
Nobody is known by more than a name: a user or team of the forge (`@ada`, `@northwind/licensing`), an e-mail address,
or everybody of a domain (`*@contoso.com`), as the caller says it.

Must not: look at a change (`core/delegation`). Questionable on purpose: some fields are no part of the thing that they
stand in, and have to be granted by name: `password` may name any variable of the run that applies, `protect`,
`guardrails` and `manage` hold off what somebody else wanted held off, `connection` says with whose identity a customer
is served, and `tenant` which one it is: any that the provider can reach.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from reconciler.model import money
from reconciler.model.address import CUSTOMER_KEY
from reconciler.model.commerce import MoneyText
from reconciler.model.money import Money
from reconciler.model.spec import Document

WHO = r"^(@[\w.-]+(\[bot\])?|@[\w.-]+(/[\w.-]+)+|[^\s@/#,]+@[^\s@/#,]+)$"
TEAM = r"^@[\w.-]+(/[\w.-]+)+$"
FOLDER = r"^[^!\[\]#*?\\\s]+$"  # CODEOWNERS cannot say these, or says something else with them
WORD = r"^[a-z]\w*(\.[a-z]\w*)?$"
Who = Annotated[str, StringConstraints(pattern=WHO)]
Team = Annotated[str, StringConstraints(pattern=TEAM)]
Folder = Annotated[str, StringConstraints(pattern=FOLDER)]
Word = Annotated[str, StringConstraints(pattern=WORD)]
BY_NAME_ONLY = frozenset({"password", "protect", "guardrails", "manage", "connection", "tenant"})
ANY = "*?["


class Cap(Document):
    """How much the changes of one grant may come to, in one pull request; what is left out has no limit here."""

    removals: int | None = Field(default=None, ge=0, description="Users, groups, licenses, subscriptions taken out.")
    seats_added: int | None = Field(default=None, ge=0, description="Seats that the files ask for besides.")
    monthly_cost_added: MoneyText | None = Field(default=None, description='Their price a month, like "150.00 EUR".')

    @property
    def money(self) -> Money | None:
        return money.parse(self.monthly_cost_added) if self.monthly_cost_added else None


class Grant(Document):
    """Who may change which things of which customers, and how much of them."""

    to: tuple[Who, ...] = Field(description="@user, @org/team, an e-mail address, or *@domain.")
    customers: tuple[str, ...] = Field(default=(), description="Keys of customers, or globs.")
    resellers: tuple[str, ...] = Field(default=(), description="All customers of these resellers, new ones too.")
    change: tuple[Word, ...] = Field(
        description="Things, or single fields of them: users, licenses, subscriptions.seats."
    )
    folders: tuple[Folder, ...] = Field(
        default=(), description="Where that is written, from the repository's root; left out: anywhere."
    )
    up_to: Cap = Cap()

    @model_validator(mode="after")
    def _of_somebody(self) -> Grant:
        if not self.customers and not self.resellers:
            raise ValueError("say of whom: customers, resellers, or both")
        if not self.to or not self.change:
            raise ValueError("say to whom, and what may be changed: to and change are not empty")
        return self

    def of(self, customer: str, reseller: str | None) -> bool:
        """True where the grant is about this customer."""
        return (reseller or "") in self.resellers or any(fnmatchcase(customer, one) for one in self.customers)

    def gives(self, thing: str, name: str) -> bool:
        """True where the field `name` of a thing may be changed; without a name, where all of it may."""
        return f"{thing}.{name}" in self.change or (thing in self.change and name not in BY_NAME_ONLY)

    def holds(self, file: str) -> bool:
        """True where what is granted may stand in a file, named from the repository's root."""
        return not self.folders or any(is_below(file, folder) for folder in self.folders)

    @property
    def named(self) -> frozenset[str]:
        """The customers that are named by their keys."""
        return frozenset(one for one in self.customers if CUSTOMER_KEY.match(one))


class Delegation(Document):
    """Who owns the repository, and what others may change in it."""

    owners: tuple[Who, ...] = Field(description="Who may change everything, the settings too.")
    teams: dict[Team, tuple[Who, ...]] = Field(
        default_factory=dict, description="Who is in a team, where the caller does not say it."
    )
    grants: tuple[Grant, ...] = ()

    @model_validator(mode="after")
    def _has_owners(self) -> Delegation:
        if not self.owners:
            raise ValueError("owners: name at least one who may change everything")
        return self

    def includes(self, some: tuple[str, ...], authors: frozenset[str]) -> bool:
        """True where an author is one of these, or in a team that is."""
        members = {one for name in some for one in self.teams.get(name, ())}
        return any(_is(author.casefold(), one.casefold()) for author in authors for one in {*some, *members})


def is_somebody(name: str) -> bool:
    """True for what a user, a team or an address may be called."""
    return bool(re.match(WHO, name))


def is_below(file: str, folder: str) -> bool:
    """True for a file that is the folder, or in it."""
    own = folder.removeprefix("/").removeprefix("./").rstrip("/")
    return file == own or file.startswith(f"{own}/") or own in ("", ".")


def _is(author: str, one: str) -> bool:
    if one.startswith("*@"):
        return not author.startswith("@") and author.partition("@")[2] == one[2:]
    return author == one
