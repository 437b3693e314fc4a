"""Forms of lists: what was typed is kept where it is refused."""
