"""The token file: encrypted, private, never torn, and which of two tokens stays."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from reconciler.model.connection import Secret, TokenStore
from reconciler.model.errors import StoreError
from reconciler.model.refresh import RefreshToken
from reconciler.store.token_file import TokenFile

MORNING = datetime(2026, 11, 2, 8, tzinfo=UTC)
OURS = pyrage.x25519.Identity.generate()
CANARY = "1.AXoA-Canary-refresh-token"


def a_file(root: Path, identity: str | None = None, *recipients: str) -> TokenFile:
    """A token file in that folder whose identity variable holds what is given."""
    settings = TokenStore(file="keys/token.age", recipients=recipients)
    held = str(OURS) if identity is None else identity

    def reveal(secret: Secret) -> str:
        if not held:
            raise StoreError(f"The {secret} is not set or empty.")
        return held

    return TokenFile(settings, root, reveal, pause=lambda _: None)


def a_token(value: str = CANARY, line: str = "monday", minutes: int = 0) -> RefreshToken:
    return RefreshToken(value, line, MORNING + timedelta(minutes=minutes), MORNING, "ada@partner.test", mfa=True)


def test_what_was_kept_is_there_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    a_file(tmp_path).save(a_token(), over="")

    assert a_file(tmp_path).load() == a_token()


def test_a_file_that_was_never_written_holds_nothing(tmp_path: Path) -> None:
    assert a_file(tmp_path).load() is None


def test_the_file_is_encrypted_and_its_owners_alone(tmp_path: Path) -> None:
    a_file(tmp_path).save(a_token(), over="")

    path = tmp_path / "keys/token.age"
    assert path.read_bytes().startswith(b"-----BEGIN AGE ENCRYPTED FILE-----")
    assert CANARY.encode() not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("token", "over", "stays"),
    [
        pytest.param(a_token("new", minutes=1), "", "new", id="a later one of its line"),
        pytest.param(a_token("new", minutes=-1), "", CANARY, id="an earlier one of its line"),
        pytest.param(a_token("new", "sunday", 1), "", CANARY, id="a line from before the last sign-in"),
        pytest.param(a_token("new", "tuesday", 1), "monday", "new", id="a line that replaces the one there"),
        pytest.param(a_token("new", "tuesday", 1), "sunday", CANARY, id="a line that replaces another one"),
    ],
)
def test_a_token_replaces_only_what_it_follows(tmp_path: Path, token: RefreshToken, over: str, stays: str) -> None:
    a_file(tmp_path).save(a_token(), over="")

    a_file(tmp_path).save(token, over)

    kept = a_file(tmp_path).load()
    assert kept is not None
    assert kept.value == stays


def test_a_sign_in_replaces_also_what_nobody_can_read(tmp_path: Path) -> None:
    theirs = str(pyrage.x25519.Identity.generate())
    a_file(tmp_path, theirs).save(a_token(), over="")

    a_file(tmp_path).replace(a_token("new", "tuesday"))

    assert a_file(tmp_path).load() == a_token("new", "tuesday")


def test_of_many_writers_at_once_the_latest_token_stays(tmp_path: Path) -> None:
    gate = threading.Barrier(8)

    def write(minutes: int) -> None:
        gate.wait()
        a_file(tmp_path).save(a_token(f"token-{minutes}", minutes=minutes), over="")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert a_file(tmp_path).load() == a_token("token-7", minutes=7)


def test_a_recipient_reads_it_too(tmp_path: Path) -> None:
    theirs = pyrage.x25519.Identity.generate()
    a_file(tmp_path, None, str(theirs.to_public())).save(a_token(), over="")

    assert a_file(tmp_path, str(theirs)).load() == a_token()


def test_who_signs_in_needs_no_identity_where_there_are_recipients(tmp_path: Path) -> None:
    a_file(tmp_path, "", str(OURS.to_public())).replace(a_token())

    assert a_file(tmp_path).load() == a_token()


def test_comments_of_age_keygen_are_no_identity(tmp_path: Path) -> None:
    a_file(tmp_path, f"# created: 2026-11-02\n# public key: {OURS.to_public()}\n{OURS}\n").save(a_token(), over="")

    assert a_file(tmp_path).load() == a_token()


def test_a_file_of_another_identity_says_which_identity_was_tried(tmp_path: Path) -> None:
    a_file(tmp_path).save(a_token(), over="")
    theirs = str(pyrage.x25519.Identity.generate())

    with pytest.raises(StoreError) as caught:
        a_file(tmp_path, theirs).load()

    said = str(caught.value)
    assert f"{tmp_path}/keys/token.age cannot be decrypted with the identity in the environment variable" in said
    assert "RECONCILER_TOKEN_IDENTITY" in said
    assert "reconciler auth renew" in said
    assert theirs not in said


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ("", "RECONCILER_TOKEN_IDENTITY is not set"),
        ("a password", "holds no age identity"),
        ("AGE-SECRET-KEY-1X", "age"),
    ],
    ids=["none", "something else", "damaged"],
)
def test_a_store_without_a_usable_identity_is_not_ready(tmp_path: Path, identity: str, expected: str) -> None:
    with pytest.raises(StoreError) as caught:
        a_file(tmp_path, identity).ready()

    assert expected in str(caught.value)
    assert "AGE-SECRET-KEY-1X" not in str(caught.value)


def test_a_recipient_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r'recipients .*"age1oops" is not an age public key'):
        a_file(tmp_path, None, "age1oops").ready()


def test_a_folder_that_cannot_be_written_says_where_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file where the folder should be")

    with pytest.raises(StoreError) as caught:
        a_file(tmp_path).ready()

    assert f"{tmp_path}/keys/token.age" in str(caught.value)
    assert "Check auth.user.store.file of the connection" in str(caught.value)


def test_trying_whether_it_can_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    a_file(tmp_path).ready()

    assert [path.name for path in (tmp_path / "keys").iterdir() if not path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "content", [b"no JSON Canary", b'{"line": "x"}', b'{"refreshToken": 7, "line": "x"}', b'["Canary"]']
)
def test_a_damaged_file_is_told_without_its_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys").mkdir()
    sealed = pyrage.encrypt(content, [OURS.to_public()], armored=True)
    (tmp_path / "keys/token.age").write_bytes(sealed)

    with pytest.raises(StoreError, match="holds no refresh token") as caught:
        a_file(tmp_path).load()

    assert "Canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_token_is_in_no_repr() -> None:
    assert CANARY not in repr(a_token())
