"""Measures regular expressions on the text that is worst for them, made of what they themselves look for."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from benchmarks.fuzzing.harness import TooSlowError, limited

_PARSER: Final[Any] = re._parser  # type: ignore[attr-defined]  # noqa: SLF001 - the only way to see an expression's parts
_USES: Final = frozenset({"search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "compile"})
_AT_ITS_PLACE: Final = frozenset({"match", "fullmatch"})
_NOT: Final = "\x01"
"""What hardly any expression goes on with, so that all ways of matching what stands before it are tried."""
_ANY: Final = 'a1 .,-\nÄ(<"/_§\x02'
_CATEGORIES: Final = {
    "CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a", "CATEGORY_NOT_DIGIT": "a",
    "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_WORD": "-",
}  # fmt: skip
_REPEATS: Final = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
_MOST_PUMPS: Final = 4


@dataclass(frozen=True, slots=True)
class Expression:
    """``name`` is where it stands; ``place`` tells that it is only tried at one place of a text."""

    name: str
    pattern: re.Pattern[Any]
    place: bool

    def seconds(self, attack: Attack, length: int, limit: float) -> float:
        """How long it works on so many characters; no more than ``limit``."""
        text: Any = attack.text(length)
        if isinstance(self.pattern.pattern, bytes):
            text = text.encode("latin-1", errors="replace")
        started = time.process_time()
        try:
            with limited(limit):
                if self.place:
                    self.pattern.match(text)
                    self.pattern.fullmatch(text)
                else:
                    for _ in self.pattern.finditer(text):
                        pass
        except TooSlowError:
            return limit
        return time.process_time() - started


@dataclass(frozen=True, slots=True)
class Attack:
    """A text that begins well, repeats a piece, and ends badly."""

    prefix: str
    piece: str
    suffix: str

    def text(self, length: int) -> str:
        """About so many characters of it."""
        return self.prefix + self.piece * (length // len(self.piece)) + self.suffix


def expressions(packages: Sequence[str]) -> list[Expression]:
    """All expressions of these packages: of their modules, their classes, and in calls of ``re`` with a plain text."""
    found: dict[tuple[str, int], Expression] = {}
    for module in _modules(packages):
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        for name, pattern in _patterns(vars(module), module.__name__):
            uses = set(re.findall(rf"\b{re.escape(name.rpartition('.')[2])}\.(\w+)\b", source))
            place = bool(uses & _USES) and uses & _USES <= _AT_ITS_PLACE
            found.setdefault((pattern.pattern, pattern.flags), Expression(name, pattern, place))
        for line, use, pattern in _written_in_calls(source):
            expression = Expression(f"{module.__name__}:{line}", pattern, use in _AT_ITS_PLACE)
            found.setdefault((pattern.pattern, pattern.flags), expression)
    return list(found.values())


def attacks(pattern: re.Pattern[Any]) -> list[Attack]:
    """Texts that repeat what the expression repeats, behind what it wants before that."""
    given = pattern.pattern
    parsed = _PARSER.parse(given, pattern.flags & ~re.UNICODE if isinstance(given, bytes) else pattern.flags)
    made: dict[Attack, None] = {}
    for prefix, body in _repeated(parsed, ""):
        for piece in _samples(body)[:_MOST_PUMPS]:
            if piece:
                made[Attack(prefix, piece, _NOT)] = None
                made[Attack("", piece, _NOT)] = None
    whole = _samples(parsed)[0]
    if whole:
        made[Attack("", whole, _NOT)] = None
        made[Attack("", whole[:-1] or whole, _NOT)] = None
    return list(made)


def slowest(expression: Expression, length: int, limit: float) -> tuple[float, Attack | None]:
    """The longest time that one of the attacks of this length costs, and which it is."""
    worst: tuple[float, Attack | None] = (0.0, None)
    for attack in attacks(expression.pattern):
        for part in (length // 20, length):  # what does not end at all is seen with the first
            seconds = expression.seconds(attack, part, limit)
            if seconds > worst[0]:
                worst = (seconds, attack)
            if seconds >= limit:
                return worst
    return worst


def _modules(packages: Sequence[str]) -> Iterator[ModuleType]:
    for package in packages:
        top = importlib.import_module(package)
        yield top
        for info in pkgutil.walk_packages(top.__path__, f"{package}."):
            if not info.name.endswith("__main__"):
                yield importlib.import_module(info.name)


def _patterns(names: dict[str, Any], owner: str) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Expressions of a module or class, also those in tuples, lists and dictionaries."""
    for name, value in list(names.items()):
        if isinstance(value, re.Pattern):
            yield f"{owner}.{name}", value
        elif isinstance(value, tuple | list):
            yield from ((f"{owner}.{name}", one) for one in _flat(value))
        elif isinstance(value, dict) and not name.startswith("__"):
            yield from ((f"{owner}.{name}", one) for one in _flat([*value, *value.values()]))
        elif isinstance(value, type) and value.__module__ == owner:
            yield from _patterns(dict(vars(value)), owner)


def _flat(values: Sequence[Any]) -> Iterator[re.Pattern[Any]]:
    for value in values:
        if isinstance(value, re.Pattern):
            yield value
        elif isinstance(value, tuple | list):
            yield from _flat(value)


def _written_in_calls(source: str) -> Iterator[tuple[int, str, re.Pattern[Any]]]:
    """``re.search("…", …)`` and the like, whose expression is a plain text."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _USES
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            flags = re.IGNORECASE if "IGNORECASE" in ast.unparse(node) else 0
            yield node.lineno, node.func.attr, re.compile(node.args[0].value, flags)


def _repeated(parsed: Any, prefix: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - parts of the parser have no types
    """Every part that may be repeated without end or very often, with a text that leads to it."""
    before = prefix
    for operator, argument in parsed:
        name = str(operator)
        if name in _REPEATS:
            _, most, body = argument
            if most > 20:
                yield before, body
            yield from _repeated(body, before)
        elif name == "SUBPATTERN":
            yield from _repeated(argument[3], before)
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _repeated(branch, before)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from _repeated(argument[1], before)
        elif name == "ATOMIC_GROUP":
            yield from _repeated(argument, before)
        before += _samples([(operator, argument)])[0]


def _samples(parsed: Any) -> list[str]:  # noqa: ANN401 - as above
    """Texts that a part matches: one for the whole, and others for what may stand in its place."""
    made = [""]
    for operator, argument in parsed:
        choices = _choices(str(operator), argument)
        made = [*(text + choices[0] for text in made), *(made[0] + choice for choice in choices[1:])][:_MOST_PUMPS]
    return made


def _choices(name: str, argument: Any) -> list[str]:  # noqa: ANN401, PLR0911 - as above; one for each kind of part
    match name:
        case "LITERAL":
            return [chr(argument)]
        case "NOT_LITERAL":
            return [next(other for other in _ANY if ord(other) != argument)]
        case "ANY":
            return ["a"]
        case "IN":
            return _in(argument)
        case "BRANCH":
            return [sample for branch in argument[1] for sample in _samples(branch)[:2]][:_MOST_PUMPS] or [""]
        case "SUBPATTERN":
            return _samples(argument[3])
        case "ATOMIC_GROUP":
            return _samples(argument)
        case _ if name in _REPEATS:
            least, _, body = argument
            return [sample * max(least, 1) for sample in _samples(body)]
        case _:
            return [""]


def _in(items: Any) -> list[str]:  # noqa: ANN401 - as above
    found = []
    for operator, argument in items:
        match str(operator):
            case "LITERAL":
                found.append(chr(argument))
            case "RANGE":
                found.append(chr(argument[0]))
            case "CATEGORY":
                found.append(_CATEGORIES.get(str(argument), "a"))
    if str(items[0][0]) == "NEGATE":
        inside = re.compile("|".join(map(re.escape, found)) or "(?!)")
        return [other for other in _ANY if not inside.fullmatch(other)][:_MOST_PUMPS] or ["\x03"]
    return [*found[-2:], *found[:-2]][:_MOST_PUMPS] if found else [""]
