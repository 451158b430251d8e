"""Passwords of new accounts: made here or supplied, encrypted to the declared recipients, stored, and forgotten.

`handover/<customer>/<key>-<run>.age` holds one password and who it is for, readable with `age --decrypt -i KEY`. The
plain value lives in this object for the length of a run and nowhere else: not in a plan, a log, the ledger, the
journal or a traceback.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pyrage

from reconciler.model.address import Address
from reconciler.model.connection import Secret
from reconciler.model.errors import StoreError
from reconciler.store import strength
from reconciler.store.objects import ObjectStore


def new_key() -> tuple[str, str]:
    """A new age identity: the secret half, and the public half that settings name as recipient."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


@dataclass(slots=True, repr=False)
class AgeSafe:
    """The secrets of one run. ValueError at construction names a recipient that is no age public key.

    `reveal` gives the value that stands behind a secret's name, or raises StoreError.
    """

    store: ObjectStore
    recipients: Sequence[str]
    run: str
    reveal: Callable[[Secret], str]
    _made: dict[Address, str] = field(default_factory=dict)
    _whose: dict[Address, str] = field(default_factory=dict)

    def password(self, address: Address, names: tuple[str, ...] = ()) -> str:
        """The password for this resource: made at the first call, the same ever after in this run."""
        if address not in self._made:
            self._made[address] = strength.generate(address.key.partition("@")[0], *names)
        return self._made[address]

    def supplied(self, address: Address, secret: Secret, names: tuple[str, ...] = ()) -> str:
        """The password that somebody supplied. StoreError where it is not there, or weak; it is not repeated."""
        if address not in self._made:
            found = self.reveal(secret)
            weakness = strength.weakness(found, address.key.partition("@")[0], *names)
            if weakness:
                raise StoreError(f"The password of {address} in the {secret} is too weak: {weakness}.")
            self._made[address] = found
        return self._made[address]

    def keep(self, address: Address, secret: str, whose: str) -> None:
        """Take a secret that a service made, and the name to sign in with."""
        self._made[address], self._whose[address] = secret, whose

    def holds(self, address: Address) -> bool:
        """True where there is a secret to hand over."""
        return address in self._made

    def hand_over(self, address: Address) -> str:
        """Encrypt and store it; the place. StoreError if it cannot be encrypted or written."""
        key = f"handover/{address.customer}/{_file_name(address.key)}-{self.run}.age"
        note = f"{self._whose.get(address, address.key)}\n{self._made[address]}\n"
        try:
            sealed = pyrage.encrypt(note.encode(), [recipient(text) for text in self.recipients], armored=True)
        except pyrage.EncryptError as error:
            raise StoreError(f"The password of {address} could not be encrypted: {error}") from error
        if self.store.put(key, sealed, if_match=None) is None:
            raise StoreError(f"{self.store.describe(key)} exists already: the password of {address} was not stored.")
        return self.store.describe(key)


def recipient(text: str) -> pyrage.x25519.Recipient:
    """An age public key. ValueError if it is none."""
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise ValueError(f'"{text}" is not an age public key: expected age1..., as age-keygen prints it') from error


def _file_name(key: str) -> str:
    """A file name that no key can lead out of its folder: what is readable of it, and a digest for the rest."""
    readable = "".join(c for c in key if c.isascii() and (c.isalnum() or c in "@.-_"))[:80].lstrip(".")
    return f"{readable}-{hashlib.blake2b(key.encode(), digest_size=4).hexdigest()}"
