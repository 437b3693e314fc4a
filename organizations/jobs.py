"""The long work of this floor."""

from background import acts
from background.work import kinds

from .actions import unit_work

kinds.work(unit_work.READ, ended=acts.let_go)(unit_work.read_now)
kinds.work(unit_work.COLUMNS)(unit_work.columns_now)
kinds.work(unit_work.COMMIT)(unit_work.commit_now)
kinds.work(unit_work.UNDO)(unit_work.undo_now)
