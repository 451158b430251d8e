"""Whether a listing is whole: the rows that came against the number that the service itself counts.

A link that is missing looks like the end of a listing, and a page that comes without its rows looks like a page; what
was on it must not count as absent (interface.md 2.7). A listing that is short is looked at again from its beginning,
and if it stays so it is an error, so that its kind counts as not read.

Must not: take a count that is smaller than what was found for a loss. Counts follow writes late (graph.md 1.2).

Questionable on purpose: a few looks within seconds and not for as long as an index may be behind, which no document
says. A count that is too high for longer than that costs one run of one customer, and most often it is explained (see
`graph_listing`) and costs nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reconciler.cloud.clock import Pace
from reconciler.cloud.exchange import Json
from reconciler.cloud.retry import backoff
from reconciler.model.errors import CloudError

LOOKS = 5  # with waits of 4 to 8 s in all between them
AGAIN = "run it again in some minutes, until then the rest counts as not read"

Rows = list[dict[str, Json]]


@dataclass(frozen=True, slots=True)
class Look:
    """One reading of a listing. `counted` is None where the service does not count."""

    rows: Rows
    counted: int | None = None

    @property
    def is_short(self) -> bool:
        return self.counted is not None and self.counted > len(self.rows)

    @property
    def problem(self) -> str:
        """What is so and what to do about it."""
        return f"the listing is incomplete: {len(self.rows)} rows came, and the service counts {self.counted}; {AGAIN}"


async def whole(
    look: Callable[[], Awaitable[Look]],
    explained: Callable[[Look], Awaitable[bool]],
    refuse: Callable[[str], CloudError],
    pace: Pace,
) -> Rows:
    """The rows of the first look that is not short, or that is short of nothing as far as `explained` can tell.

    Raises what `refuse` makes of the problem after the last look.
    """
    until, looks = pace.until(), 0
    while True:
        seen = await look()
        if not seen.is_short or await explained(seen):
            return seen.rows
        looks += 1
        wait_s = backoff(looks, pace)
        if looks == LOOKS or pace.monotonic() + wait_s > until:
            raise refuse(seen.problem)
        await pace.sleep(wait_s)
