"""Imports go down only: no floor knows what stands on it (docs/decisions/0001-floors.md)."""

import ast
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent
FLOORS = [
    {"qdsafety"},
    {"reports"},
    {"tasks"},
    {"responsibilities"},
    {"notifications"},
    {"organizations"},
    {"background"},
    {"audit"},
    {"lib"},
]
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}


def imports(path: Path) -> set[str]:
    """Top-level packages of ours that a file imports, whether absolutely or relatively."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found & LEVEL.keys()


@pytest.mark.parametrize("floor", sorted(LEVEL))
def test_imports_go_down_only(floor):
    wrong = []
    for path in (BASE / floor).rglob("*.py"):
        if "tests" in path.parts:
            continue
        wrong += [f"{path.relative_to(BASE)} imports {name}" for name in imports(path) if LEVEL[name] < LEVEL[floor]]
    assert wrong == []


def test_no_signals_between_our_apps():
    users = [p for floor in LEVEL for p in (BASE / floor).rglob("*.py") if "dispatch import receiver" in p.read_text()]
    assert users == []
