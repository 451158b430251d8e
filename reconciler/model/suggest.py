"""The nearest right spelling of a word that is not known.

One place decides what counts as near, so that an unknown key, a dangling reference and a mistyped kind are all
answered in the same manner. It must not guess: the result is text for a message, never a value that is used. The
questionable decision: letter case is ignored when comparing, because `displayname` for `displayName` is the commonest
slip of all, and difflib alone would rate it no higher than a stranger.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

# 0.6 is difflib's own default: "usagelocaton" finds "usageLocation", "color" does not find "country".
NEARNESS = 0.6
LONGEST_WORD = 200  # difflib is quadratic in the length of the word; no key or reference of ours is that long


def suggest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `word`, or None when none is near. The order of the candidates does not matter."""
    if len(word) > LONGEST_WORD:
        return None
    spellings: dict[str, str] = {}
    for candidate in sorted(candidates):
        spellings.setdefault(candidate.casefold(), candidate)
    nearest = get_close_matches(word.casefold(), spellings, n=1, cutoff=NEARNESS)
    return spellings[nearest[0]] if nearest else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A sentence to put behind a message: `Did you mean "usageLocation"?`, or nothing."""
    nearest = suggest(word, candidates)
    return f'Did you mean "{nearest}"?' if nearest else ""
