"""Returned workbooks (资料回收): read → rows meant → judged by a rehearsal → written as progress."""
