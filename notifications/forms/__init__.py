"""Forms of messages and reminders."""
