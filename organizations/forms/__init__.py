"""Forms of the units, the people and their accounts."""
