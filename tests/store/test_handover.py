"""Generated passwords: strong, without names, readable by the recipients only."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.address import Address
from reconciler.model.errors import StoreError
from reconciler.store.handover import CLASSES, AgeSafe, generate, recipient
from reconciler.store.objects import DirectoryStore

ELLA = Address("contoso", "user", "ella.williams@contoso.com")


@given(st.lists(st.text(min_size=1, max_size=12), max_size=4))
def test_a_password_has_all_classes_and_no_part_of_a_name(names: list[str]) -> None:
    parts = ["".join(c if c.isalnum() else " " for c in name.lower()).split() for name in names]
    long_parts = [part for found in parts for part in found if len(part) >= 3]

    made = generate(*names)

    assert len(made) == 20
    assert all(any(c in group for c in made) for group in CLASSES)
    assert not [part for part in long_parts if part in made.lower()]


@pytest.mark.parametrize("name", ["Ella", "elLA Williams", "ella.w"])
def test_names_are_avoided_whatever_their_case(name: str) -> None:
    assert all("ella" not in generate(name).lower() for _ in range(50))


def test_the_password_is_the_same_within_a_run_and_another_in_the_next(tmp_path: Path) -> None:
    first = AgeSafe(DirectoryStore(tmp_path), [], "run-1")
    second = AgeSafe(DirectoryStore(tmp_path), [], "run-2")

    assert first.password(ELLA) == first.password(ELLA)
    assert first.password(ELLA) != second.password(ELLA)


def test_only_a_recipient_can_read_what_was_handed_over(tmp_path: Path) -> None:
    ours, theirs = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    safe = AgeSafe(DirectoryStore(tmp_path), [str(ours.to_public())], "run-1")
    made = safe.password(ELLA)

    place = Path(safe.hand_over(ELLA))

    sealed = place.read_bytes()
    assert made.encode() not in sealed
    assert pyrage.decrypt(sealed, [ours]).decode().splitlines() == [ELLA.key, made]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [theirs])


def test_a_stored_password_is_never_overwritten(tmp_path: Path) -> None:
    ours = pyrage.x25519.Identity.generate()
    safe = AgeSafe(DirectoryStore(tmp_path), [str(ours.to_public())], "run-1")
    safe.password(ELLA)
    safe.hand_over(ELLA)

    with pytest.raises(StoreError, match="exists already"):
        safe.hand_over(ELLA)


def test_no_key_leads_out_of_the_folder(tmp_path: Path) -> None:
    ours = pyrage.x25519.Identity.generate()
    safe = AgeSafe(DirectoryStore(tmp_path), [str(ours.to_public())], "run-1")
    odd = Address("contoso", "user", "../../../etc/passwd@contoso.com")
    safe.password(odd)

    place = Path(safe.hand_over(odd)).resolve()

    assert place.is_relative_to(tmp_path.resolve() / "handover" / "contoso")


@pytest.mark.parametrize("text", ["", "age1", "ssh-ed25519 AAAA", "age1qqqq"])
def test_what_is_no_age_key_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not an age public key"):
        recipient(text)


def test_a_safe_does_not_show_its_secrets(tmp_path: Path) -> None:
    safe = AgeSafe(DirectoryStore(tmp_path), [], "run-1")
    made = safe.password(ELLA)

    assert made not in repr(safe)


def test_a_secret_that_a_service_made_is_handed_over_with_the_name_to_sign_in_with(tmp_path: Path) -> None:
    ours = pyrage.x25519.Identity.generate()
    safe = AgeSafe(DirectoryStore(tmp_path), [str(ours.to_public())], "run-1")
    tenant = Address("contoso", "customer", "contoso")
    held_before = safe.holds(tenant)

    safe.keep(tenant, "=;;n.=s9Z", "admin@contoso.onmicrosoft.com")

    sealed = Path(safe.hand_over(tenant)).read_bytes()
    assert (held_before, safe.holds(tenant)) == (False, True)
    assert pyrage.decrypt(sealed, [ours]).decode().splitlines() == ["admin@contoso.onmicrosoft.com", "=;;n.=s9Z"]
