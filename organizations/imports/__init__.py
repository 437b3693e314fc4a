"""Units and enterprises from the offices' workbooks: read, check row by row, write in bulk."""
