"""The demo city on 20 September 2017: invented people and invented work on the real plan.

`story` and `texts` are pure and decide what happened; `cast` and `chronicle` write it down in bulk.
Every duty draws from dice of its own, named after what it is, so the same code and the same sample files give
the same data on every machine and in every database, and one duty's story does not depend on the others.
"""

import datetime
from random import Random

DAY = datetime.date(2017, 9, 20)  # the business date of the demo
LAST = datetime.date(2017, 9, 19)  # nothing happened later than this: the demo's day is just beginning
SEED = 2017


def dice(*names: object) -> Random:
    """A generator that is the same for the same names; a story needs no unpredictable numbers."""
    return Random("/".join(map(str, (SEED, *names))))  # noqa: S311  (the same each time is wanted)
