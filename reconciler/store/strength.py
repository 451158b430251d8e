"""What makes a password strong, for those that are made here and those that people supply.

8 to 256 characters (graph.md 5.2), an upper-case and a lower-case letter, a digit and another character, and no part
of the person's name or sign-in name. Entra asks for three of the four classes and knows no rule about names.

Must not: repeat a password that was refused; what is wrong with it is said without it.

Questionable on purpose: of a password that somebody supplied, parts of a name shorter than three letters do not count,
or hardly any would pass for somebody called Bo. One that is made here avoids those of two letters as well: graph.md 5.2
names no least length. A single letter is no part of a name.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

LENGTH = 20
SHORTEST, LONGEST = 8, 256
# Without the characters that people confuse when they read a password aloud: 0 O o 1 l I |
CLASSES = ("abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!#$%&*+-=?@^_")
SHORTEST_NAME = 3
SHORTEST_AVOIDED = 2


def generate(*names: str) -> str:
    """A password with all four classes and no part of any name; from the system's source of randomness."""
    forbidden = set(_parts(names, SHORTEST_AVOIDED))
    while True:
        letters = [secrets.choice(group) for group in CLASSES]
        letters += [secrets.choice("".join(CLASSES)) for _ in range(LENGTH - len(letters))]
        secrets.SystemRandom().shuffle(letters)
        made = "".join(letters)
        if not any(part in made.lower() for part in forbidden):
            return made


def weakness(password: str, *names: str) -> str:
    """What is wrong with a password that somebody supplied, or ""."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"it has {len(password)} characters; {SHORTEST} to {LONGEST} are needed"
    classes = {
        "an upper-case letter": any(map(str.isupper, password)),
        "a lower-case letter": any(map(str.islower, password)),
        "a digit": any(map(str.isdigit, password)),
        "a character that is no letter or digit": not password.isalnum(),
    }
    missing = [name for name, there in classes.items() if not there]
    if missing:
        return f"it is without {' and '.join(missing)}"
    return "it holds a part of the person's name" if any(p in password.lower() for p in _parts(names)) else ""


def _parts(names: Iterable[str], shortest: int = SHORTEST_NAME) -> Iterable[str]:
    """Parts are what stands between characters that are no letters or digits."""
    for name in names:
        for part in "".join(c if c.isalnum() else " " for c in name.lower()).split():
            if len(part) >= shortest:
                yield part
