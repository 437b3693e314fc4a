"""Forms of the plan and its tasks."""
