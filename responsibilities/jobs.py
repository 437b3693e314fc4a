"""The long work of this floor."""

from background import acts
from background.work import kinds

from .actions import list_work

kinds.work(list_work.READ, ended=acts.let_go)(list_work.read_now)
kinds.work(list_work.COLUMNS)(list_work.columns_now)
kinds.work(list_work.COMMIT)(list_work.commit_now)
kinds.work(list_work.UNDO)(list_work.undo_now)
