"""The demo city on 20 September 2017: invented people and invented work on the real plan.

`story` and `texts` are pure and decide what happened; `cast` and `chronicle` write it down in bulk.
One `random.Random(2017)` walks through units and assignments in a fixed order, so the same code and
the same sample files give the same data on every machine and in every database.
"""

import datetime

DAY = datetime.date(2017, 9, 20)  # the business date of the demo
LAST = datetime.date(2017, 9, 19)  # nothing happened later than this: the demo's day is just beginning
SEED = 2017
