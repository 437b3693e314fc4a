"""Spreadsheets in and out, without a model in sight."""
