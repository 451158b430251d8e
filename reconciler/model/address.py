"""Where a resource lives: `customer/kind/key`, its text form, and references from one resource to another.

The key is the natural key, already normalized by its kind (a UPN is casefolded). `/` and `%` inside a key are
percent-encoded in the text form and nowhere else, so the text can be typed after `--target` and read back.
An address is a plain tuple because a plan of a large fleet makes and compares hundreds of thousands of them;
the price is that `Address("a", "b", "c") == ("a", "b", "c")`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

CUSTOMER_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


class Address(NamedTuple):
    """A resource's name in this repository; ordered by customer, kind, key."""

    customer: str
    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.customer}/{self.kind}/{_encode(self.key)}"

    @property
    def of_customer(self) -> Address:
        """The address of the customer that this resource belongs to."""
        return Address(self.customer, "customer", self.customer)


def parse(text: str) -> Address:
    """The address a text form stands for. ValueError names what is missing."""
    parts = text.split("/")
    if len(parts) != 3 or not all(parts):
        raise ValueError(
            f'"{text}" is not an address: expected customer/kind/key, for example contoso/user/ada@contoso.com'
        )
    return Address(parts[0], parts[1], _decode(parts[2]))


def matches(pattern: str, address: Address) -> bool:
    """True when `pattern` is the address, a prefix of it at a `/`, or a glob that covers it."""
    text = str(address)
    return text == pattern or text.startswith(pattern.rstrip("/") + "/") or fnmatchcase(text, pattern)


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a spec field (or the elements of a set field) as the key of another resource of the same customer.

    `Annotated[str, Ref("group")]` is the only way to point at another resource: order, deferral and renames all
    follow from it. `owner` says that the resource is part of what it points to and goes away with it.
    """

    kind: str
    owner: bool = False


def _encode(key: str) -> str:
    return key.replace("%", "%25").replace("/", "%2F")


def _decode(key: str) -> str:
    return key.replace("%2F", "/").replace("%2f", "/").replace("%25", "%")
