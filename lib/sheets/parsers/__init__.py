"""One module per kind of file; they run in the child process only and import nothing of the site.

Each has `sheets(path, limits)`, a generator of frames: plain tuples that child.py sends up the pipe.
`("sheet", name, visible, facts)` begins a sheet, `("rows", rows)` brings some of its rows from the top on.
`facts` says what the values alone do not: merges, hidden rows and columns, percent cells, broken cells.
"""
