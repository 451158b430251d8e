"""Generated passwords: strong, without names, readable by the recipients only."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest

from reconciler.model.address import Address
from reconciler.model.connection import Secret
from reconciler.model.errors import StoreError
from reconciler.store.handover import AgeSafe, recipient
from reconciler.store.objects import DirectoryStore


def nothing_supplied(secret: Secret) -> str:
    raise AssertionError(f"nobody asked for {secret}")


SUPPLIED = Secret(env="FIRST_PASSWORD")
ELLA = Address("contoso", "user", "ella.williams@contoso.com")


def test_the_password_is_the_same_within_a_run_and_another_in_the_next(tmp_path: Path) -> None:
    first = AgeSafe(DirectoryStore(tmp_path), [], "run-1", nothing_supplied)
    second = AgeSafe(DirectoryStore(tmp_path), [], "run-2", nothing_supplied)

    assert first.password(ELLA) == first.password(ELLA)
    assert first.password(ELLA) != second.password(ELLA)


def test_only_a_recipient_can_read_what_was_handed_over(tmp_path: Path) -> None:
    ours, theirs = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    safe = AgeSafe(DirectoryStore(tmp_path), [str(ours.to_public())], "run-1", nothing_supplied)
    made = safe.password(ELLA)

    place = Path(safe.hand_over(ELLA))

    sealed = place.read_bytes()
    assert made.encode() not in sealed
    assert pyrage.decrypt(sealed, [ours]).decode().splitlines() == [ELLA.key, made]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [theirs])


def test_a_stored_password_is_never_overwritten(tmp_path: Path) -> None:
    ours = pyrage.x25519.Identity.generate()
    safe = AgeSafe(DirectoryStore(tmp_path), [str(ours.to_public())], "run-1", nothing_supplied)
    safe.password(ELLA)
    safe.hand_over(ELLA)

    with pytest.raises(StoreError, match="exists already"):
        safe.hand_over(ELLA)


def test_no_key_leads_out_of_the_folder(tmp_path: Path) -> None:
    ours = pyrage.x25519.Identity.generate()
    safe = AgeSafe(DirectoryStore(tmp_path), [str(ours.to_public())], "run-1", nothing_supplied)
    odd = Address("contoso", "user", "../../../etc/passwd@contoso.com")
    safe.password(odd)

    place = Path(safe.hand_over(odd)).resolve()

    assert place.is_relative_to(tmp_path.resolve() / "handover" / "contoso")


@pytest.mark.parametrize("text", ["", "age1", "ssh-ed25519 AAAA", "age1qqqq"])
def test_what_is_no_age_key_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not an age public key"):
        recipient(text)


def test_a_safe_does_not_show_its_secrets(tmp_path: Path) -> None:
    safe = AgeSafe(DirectoryStore(tmp_path), [], "run-1", nothing_supplied)
    made = safe.password(ELLA)

    assert made not in repr(safe)


def test_a_secret_that_a_service_made_is_handed_over_with_the_name_to_sign_in_with(tmp_path: Path) -> None:
    ours = pyrage.x25519.Identity.generate()
    safe = AgeSafe(DirectoryStore(tmp_path), [str(ours.to_public())], "run-1", nothing_supplied)
    tenant = Address("contoso", "customer", "contoso")
    held_before = safe.holds(tenant)

    safe.keep(tenant, "=;;n.=s9Z", "admin@contoso.onmicrosoft.com")

    sealed = Path(safe.hand_over(tenant)).read_bytes()
    assert (held_before, safe.holds(tenant)) == (False, True)
    assert pyrage.decrypt(sealed, [ours]).decode().splitlines() == ["admin@contoso.onmicrosoft.com", "=;;n.=s9Z"]


def test_a_supplied_password_is_handed_over_as_it_is(tmp_path: Path) -> None:
    ours = pyrage.x25519.Identity.generate()
    safe = AgeSafe(DirectoryStore(tmp_path), [str(ours.to_public())], "run-1", lambda _secret: "Zug-nach-7")

    given = safe.supplied(ELLA, SUPPLIED, ("Ella Williams",))

    sealed = Path(safe.hand_over(ELLA)).read_bytes()
    assert given == "Zug-nach-7"
    assert pyrage.decrypt(sealed, [ours]).decode().splitlines() == [ELLA.key, given]


@pytest.mark.parametrize("weak", ["Zug-nach-Ella-7", "zug-nach-7"])
def test_a_weak_password_is_refused_by_its_place_and_not_repeated(tmp_path: Path, weak: str) -> None:
    safe = AgeSafe(DirectoryStore(tmp_path), [], "run-1", lambda _secret: weak)

    with pytest.raises(StoreError, match="in the environment variable FIRST_PASSWORD is too weak: it ") as refused:
        safe.supplied(ELLA, SUPPLIED)

    assert weak not in str(refused.value)
    assert not safe.holds(ELLA)
