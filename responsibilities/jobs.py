"""The long work of this floor."""

from .actions import list_work

list_work.ACTS.register(
    read=list_work.read_now, commit=list_work.commit_now, undo=list_work.undo_now, columns=list_work.columns_now
)
