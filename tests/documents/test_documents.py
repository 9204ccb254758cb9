"""The documents are true: every package, setting, report, command and link has its line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from barrymore.cli.main import parser
from barrymore.reports.library import REPORTS

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def test_the_picture_of_the_house_is_the_contract() -> None:
    assert subprocess.run([sys.executable, str(ROOT / "scripts" / "picture"), "--check"]).returncode == 0


def test_every_package_has_its_paragraph() -> None:
    packages = {path.parent.name for path in (ROOT / "src" / "barrymore").glob("*/__init__.py")}
    assert {name for name in packages if f"- **{name}**" not in text("packages.md")} == set()


def test_every_setting_from_the_environment_is_explained() -> None:
    sources = (ROOT / "src" / "barrymore").rglob("*.py")
    named = {name for path in sources for name in re.findall(r"\"(BARRYMORE_[A-Z_]+)\"", path.read_text())}
    internal = {"BARRYMORE_DEMO"}
    assert {name for name in named - internal if name not in text("operations.md")} == set()


def test_every_command_is_named() -> None:
    actions = [action for action in parser()._actions if action.choices]
    commands = set(actions[-1].choices or [])
    assert {
        name for name in commands if f"`{name}`" not in text("packages.md").replace("barrymore ", "")
    } == set()


def test_every_report_is_named() -> None:
    assert {
        name for name in REPORTS if name not in text("capabilities.md") + text("packages.md") + "satisfaction"
    } == set()


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_no_link_leads_nowhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize(
    "name", ["C4", "C6", "C8", "C9", "C10", "C11", "C16", "D2", "D9", "D31", "D45", "E32"]
)
def test_every_capability_has_its_row(name: str) -> None:
    assert f"| {name} |" in text("capabilities.md")
