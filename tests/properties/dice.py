"""Chance with a seed: the few ways in which the generators of this folder draw. The same seed draws the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of choices."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def often(self, share: float) -> bool:
        """True in about that share of the draws."""
        return self._random.random() < share

    def number(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def one(self, choices: Sequence[T]) -> T:
        return self._random.choice(choices)

    def some(self, choices: Iterable[T], share: float) -> list[T]:
        """About that share of the choices, in their order."""
        return [choice for choice in choices if self.often(share)]

    def shuffled(self, choices: Iterable[T]) -> list[T]:
        drawn = list(choices)
        self._random.shuffle(drawn)
        return drawn
