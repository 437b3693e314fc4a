"""The long work of this floor."""

from .actions import unit_work

unit_work.ACTS.register(
    read=unit_work.read_now, commit=unit_work.commit_now, undo=unit_work.undo_now, columns=unit_work.columns_now
)
