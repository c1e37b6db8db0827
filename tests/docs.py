"""The parts of README that repeat code, written from the code: `make docs` writes them, test_docs checks them."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

from core.lifecycle import LIFECYCLES, Lifecycle
from core.record import LAYOUTS
from core.rules import RULES
from core.vocabulary import Category, Duty, FindingClass, JobKind, JobState, Level, PhotoRefusal, Remedy

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"


def code_map() -> str:
    """Every module with the first sentence of its docstring."""
    lines = ["| module | what it is |", "|---|---|"]
    for path in sorted([*ROOT.glob("core/**/*.py"), ROOT / "dashboard.py", *ROOT.glob("pages/*.py")]):
        told = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()
        if told:
            lines.append(f"| `{path.relative_to(ROOT)}` | {told[0]} |")
    return "\n".join(lines)


def glossary() -> str:
    """Every word of the closed lists: code, Chinese, English."""
    lines = ["| list | code | 中文 | English |", "|---|---|---|---|"]
    for words in (Level, Category, FindingClass, Remedy, Duty, PhotoRefusal, JobKind, JobState):
        lines += [f"| {words.__name__} | `{word.value}` | {word.zh} | {word.en} |" for word in words]
    for machine in LIFECYCLES.values():
        words = type(machine.start)
        lines += [f"| {words.__name__} | `{word.value}` | {word.zh} | {word.en} |" for word in words]
    lines += [f"| Layout | `{layout.key}` | {layout.zh} | {layout.en} |" for layout in LAYOUTS.values()]
    return "\n".join(lines)


def rules() -> str:
    """Every check: code, class, fields, both sentences, article."""
    lines = ["| rule | class | fields | 中文 | English | article |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {rule.code} | {rule.cls.zh} | {'、'.join(field.replace('|', '/') for field in rule.fields[:4])}"
        f"{'…' if len(rule.fields) > 4 else ''} | {rule.zh} | {rule.en} | {rule.article} |"
        for rule in RULES.values()
    ]
    return "\n".join(lines)


def lifecycles() -> str:
    """The machines as Mermaid diagrams."""
    return "\n\n".join(_diagram(machine) for machine in LIFECYCLES.values())


def _diagram(machine: Lifecycle) -> str:
    moves = [f"    {before.value} --> {after.value}: {event}" for (before, event), after in machine.transitions.items()]
    return "\n".join(
        [f"**{machine.zh}** (`{machine.name}`)", "", "```mermaid", "stateDiagram-v2",
         f"    [*] --> {machine.start.value}", *moves, "```"]
    )


PARTS: dict[str, Callable[[], str]] = {
    "code map": code_map, "glossary": glossary, "lifecycles": lifecycles, "rules": rules,
}


def rendered(text: str) -> str:
    """The README's text with its generated parts as the code now has them."""
    for name, part in PARTS.items():
        pattern = re.compile(rf"(<!-- generated: {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        place = pattern.search(text)
        if place is None:
            raise ValueError(f"README has no place for {name}")
        text = text[: place.end(1)] + part() + text[place.start(2) :]
    return text


if __name__ == "__main__":
    README.write_text(rendered(README.read_text(encoding="utf-8")), encoding="utf-8")
