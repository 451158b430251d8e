"""A write to a cloud's storage whose answer was lost is told from one that somebody else was faster with."""

from __future__ import annotations

from reconciler.store.buckets import Bucket, BucketStore, Found


class Forgetful:
    """A bucket whose first answer to a write is lost, so that the library sends it again."""

    def __init__(self) -> None:
        self.lying: dict[str, Found] = {}

    def read(self, name: str) -> Found | None:
        return self.lying.get(name)

    def write(self, name: str, content: bytes, if_match: str | None, mark: str) -> str | None:
        self._send(name, content, if_match, mark)
        return self._send(name, content, if_match, mark)

    def _send(self, name: str, content: bytes, if_match: str | None, mark: str) -> str | None:
        found = self.lying.get(name)
        if (found.etag if found else None) != if_match:
            return None
        self.lying[name] = Found(content, f"v{len(content)}-{mark}", mark)
        return self.lying[name].etag

    def names(self, prefix: str) -> tuple[str, ...]:
        return ()

    def remove(self, name: str, if_match: str) -> bool:
        return False

    def where(self, name: str) -> str:
        return name


def test_a_write_whose_answer_was_lost_counts_as_written() -> None:
    bucket: Bucket = Forgetful()
    store = BucketStore(bucket)

    etag = store.put("locks/apply.json", b"{}", if_match=None)

    assert etag is not None
    assert store.put("locks/apply.json", b"{} ", if_match=etag) is not None


def test_a_refusal_because_of_somebody_elses_equal_content_stays_a_refusal() -> None:
    bucket = Forgetful()
    bucket.lying["a"] = Found(b"{}", "v1", "another mark")

    assert BucketStore(bucket).put("a", b"{}", if_match=None) is None
