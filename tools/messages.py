"""The two catalogues: extracts, adds, checks and compiles them, without the gettext programs.

    tools/messages.py update             add new messages of code and templates, drop unused ones
    tools/messages.py add FILE.json      put Chinese translations in: {"msgid": "译文", ...}
                                         (a plural: {"msgid": ["译文"]}; with context: {"context|msgid": …})
    tools/messages.py missing            list what has no Chinese yet (JSON, to be filled in and added)
    tools/messages.py check              exit 1 if a catalogue is stale, incomplete or fuzzy
    tools/messages.py compile            write the .mo files

Message ids are English; Chinese has one plural form. Changes are made under a lock.
"""

from __future__ import annotations

import fcntl
import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polib

BASE = Path(__file__).resolve().parent.parent
APPS = [
    "organizations",
    "audit",
    "background",
    "notifications",
    "responsibilities",
    "tasks",
    "reports",
    "lib",
    "qdsafety",
]
LOCALES = {"zh_Hans": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ugettext": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip
Key = tuple[str | None, str, str | None]


def path_of(locale: str) -> Path:
    """Where a catalogue is kept."""
    return BASE / "locale" / locale / "LC_MESSAGES" / "django.po"


@contextmanager
def locked() -> Iterator[None]:
    """One writer at a time."""
    (BASE / "var").mkdir(exist_ok=True)
    with (BASE / "var" / "messages.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _python_messages(text: bytes) -> Iterator[tuple[int, Any, str | None]]:
    from babel.messages.extract import extract_python

    for line, function, messages, _comments in extract_python(io.BytesIO(text), list(KEYWORDS), [], {}):
        yield from _interpret(line, function, messages)


def _interpret(line: int, function: str | None, messages: Any) -> Iterator[tuple[int, Any, str | None]]:
    parts = list(messages) if isinstance(messages, tuple | list) else [messages]
    if not function or not parts or not isinstance(parts[0], str):
        return
    context = parts.pop(0) if "pgettext" in function else None
    plural = function.startswith("n")
    if not parts or not isinstance(parts[0], str) or not parts[0]:
        return
    if plural and len(parts) > 1 and isinstance(parts[1], str):
        yield line, (parts[0], parts[1]), context
    else:
        yield line, parts[0], context


def _template_messages(text: str, name: str) -> Iterator[tuple[int, Any, str | None]]:
    from django.utils.translation.template import templatize

    # templatize() leaves gettext() calls in a text of X's; each line is made a statement of its own,
    # because the X's are no valid Python.
    code = templatize(text, origin=name)
    for number, line in enumerate(code.splitlines(), 1):
        for call in re.finditer(r"\b(n?p?gettext|_)\((.*?)\)(?=\s|$|X)", line):
            yield from ((number, m, c) for _l, m, c in _python_messages(call.group(0).encode()))


def extract() -> dict[Key, list[str]]:
    """Every message of the project: (context, msgid, plural) and where it stands."""
    found: dict[Key, list[str]] = {}
    sources = [p for app in APPS for p in (BASE / app).rglob("*.py") if not {"migrations", "tests"} & set(p.parts)]
    for path in (
        sorted(sources) + sorted((BASE / "templates").rglob("*.html")) + sorted((BASE / "templates").rglob("*.txt"))
    ):
        name = str(path.relative_to(BASE))
        is_python = path.suffix == ".py"
        messages = _python_messages(path.read_bytes()) if is_python else _template_messages(path.read_text(), name)
        for _line, message, context in messages:
            msgid, plural = message if isinstance(message, tuple) else (message, None)
            places = found.setdefault((context, msgid, plural), [])
            if name not in places:
                places.append(name)
    return found


def read(locale: str) -> polib.POFile:
    """The catalogue, or a new one."""
    path = path_of(locale)
    if path.exists():
        return polib.pofile(str(path), wrapwidth=0)
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": locale,
        "Plural-Forms": LOCALES[locale],
    }
    return catalogue


def key_of(entry: polib.POEntry) -> Key:
    """What makes a message itself."""
    return entry.msgctxt or None, entry.msgid, entry.msgid_plural or None


def _english(entry: polib.POEntry) -> None:
    if entry.msgid_plural:
        entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural}
    else:
        entry.msgstr = entry.msgid


def update() -> None:
    """Adds what is new, drops what is gone, keeps every translation."""
    found = extract()
    for locale in LOCALES:
        old = {key_of(entry): entry for entry in read(locale)}
        catalogue = polib.POFile(wrapwidth=0)
        catalogue.metadata = read(locale).metadata
        for (context, msgid, plural), places in sorted(found.items(), key=lambda item: (item[0][1], item[0][0] or "")):
            entry = old.get((context, msgid, plural)) or polib.POEntry(
                msgctxt=context, msgid=msgid, msgid_plural=plural or "", msgstr=""
            )
            entry.occurrences = [(place, "") for place in places]
            entry.flags = [flag for flag in entry.flags if flag == "fuzzy"]
            if locale == "en":
                _english(entry)
            elif plural and not entry.msgstr_plural:
                entry.msgstr_plural = {0: ""}
            catalogue.append(entry)
        path_of(locale).parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path_of(locale)))


def add(source: str) -> list[str]:
    """Puts translations in; returns the keys that are no message (left over, to be looked at)."""
    pairs = json.loads(Path(source).read_text())
    catalogue = read("zh_Hans")
    unknown = []
    for key, text in pairs.items():
        context, msgid = key.split("|", 1) if "|" in key and not any(e.msgid == key for e in catalogue) else (None, key)
        entries = [e for e in catalogue if e.msgid == msgid and (e.msgctxt or None) == context]
        for entry in entries:
            if entry.msgid_plural:
                entry.msgstr_plural = {0: text[0] if isinstance(text, list) else text}
            else:
                entry.msgstr = text
        if not entries:
            unknown.append(key)
    catalogue.save(str(path_of("zh_Hans")))
    return unknown


def missing() -> dict[str, Any]:
    """What has no Chinese, as add() reads it."""
    result: dict[str, Any] = {}
    for entry in read("zh_Hans"):
        key = f"{entry.msgctxt}|{entry.msgid}" if entry.msgctxt else entry.msgid
        if entry.msgid_plural and not entry.msgstr_plural.get(0):
            result[key] = [""]
        elif not entry.msgid_plural and not entry.msgstr:
            result[key] = ""
    return result


_PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sd]|\{[a-z_0-9]*\}")


def problems() -> list[str]:
    """Whatever is wrong with the catalogues, in words."""
    found = set(extract())
    wrong = []
    for locale in LOCALES:
        catalogue = read(locale)
        have = {key_of(entry) for entry in catalogue}
        wrong += [f"{locale}: not in the catalogue (run update): {key[1]!r}" for key in sorted(found - have, key=str)]
        wrong += [f"{locale}: no longer used (run update): {key[1]!r}" for key in sorted(have - found, key=str)]
        for entry in catalogue:
            texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
            if entry.fuzzy:
                wrong.append(f"{locale}: fuzzy: {entry.msgid!r}")
            elif not all(texts) or not texts:
                wrong.append(f"{locale}: not translated: {entry.msgid!r}")
            else:
                wanted = set(_PLACEHOLDER.findall(entry.msgid)) | set(_PLACEHOLDER.findall(entry.msgid_plural or ""))
                extra = set(_PLACEHOLDER.findall("".join(texts))) - wanted
                lost = set() if entry.msgid_plural else wanted - set(_PLACEHOLDER.findall("".join(texts)))
                if extra or lost:
                    wrong.append(f"{locale}: placeholders differ: {entry.msgid!r}: {sorted(extra | lost)}")
    return wrong


def compile_all() -> None:
    """The .mo files that Django reads."""
    for locale in LOCALES:
        read(locale).save_as_mofile(str(path_of(locale).with_suffix(".mo")))


def main(arguments: list[str]) -> int:
    """Runs one command; the exit status."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    match arguments:
        case ["update"]:
            with locked():
                update()
                compile_all()
        case ["add", source]:
            with locked():
                for key in add(source):
                    print(f"no such message: {key!r}", file=sys.stderr)
                compile_all()
        case ["missing"]:
            print(json.dumps(missing(), ensure_ascii=False, indent=1))
        case ["check"]:
            wrong = problems()
            print("\n".join(wrong), file=sys.stderr)
            return 1 if wrong else 0
        case ["compile"]:
            compile_all()
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
