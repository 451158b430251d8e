"""One rule broken at a time: what `make mutants` puts into the sources, and the tests that must notice.

Each mutant replaces one exact text of one file. Must not be clever: a mutant is what a tired person could write.
Questionable on purpose: tests are mostly named by module. A test that is renamed within it must not make a mutant
survive.
"""

from __future__ import annotations

from .table import (
    billing,
    clouds,
    files,
    imports,
    kinds,
    local,
    orders,
    performing,
    planning,
    pulls,
    seats,
    showing,
    terms,
    upgrades,
)

AREAS = {
    "reading the files": files.ALL,
    "planning": planning.ALL,
    "seats": seats.ALL,
    "terms": terms.ALL,
    "ordering": orders.ALL,
    "upgrades and trials": upgrades.ALL,
    "kinds": kinds.ALL,
    "clouds": clouds.ALL,
    "performing and remembering": performing.ALL,
    "showing": showing.ALL,
    "pull requests": pulls.ALL,
    "imports": imports.ALL,
    "the record and invoices": billing.ALL,
    "the local clouds": local.ALL,
}
ALL = tuple(mutant for mutants in AREAS.values() for mutant in mutants)
