"""What the layers contract cannot see: foreign keys, templates, names and sizes."""

import ast
import re
import statistics
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "src" / "barrymore"
FORBIDDEN_NAMES = {"core", "common", "utils", "helpers", "misc"}


def layers() -> list[set[str]]:
    """The layers of the contract, top first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    house = next(contract for contract in contracts if contract["id"] == "house")
    return [set(re.findall(r"[a-z]+", line)) for line in house["layers"]]


def height(package: str) -> int:
    """How high a package stands; the ground is 0."""
    for number, names in enumerate(reversed(layers())):
        if package in names:
            return number
    raise AssertionError(f"{package} is in no layer")


def modules() -> list[Path]:
    return [path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts]


def test_every_package_is_in_a_layer() -> None:
    packages = {path.name for path in HOUSE.iterdir() if (path / "__init__.py").exists()}
    assert packages == set().union(*layers())


def test_foreign_keys_point_downward_only() -> None:
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith("barrymore."):
            continue
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model:
                other = field.related_model._meta.app_label
                own = model._meta.app_label
                if other != own and height(other) >= height(own):
                    wrong.append(f"{own}.{model.__name__}.{field.name} -> {other}")
    assert wrong == []


@pytest.mark.parametrize("template", sorted(HOUSE.rglob("templates/**/*.html")), ids=lambda path: path.name)
def test_templates_name_only_packages_at_or_below_their_own(template: Path) -> None:
    own = template.relative_to(HOUSE).parts[0]
    named = re.findall(r"{%\s*(?:include|extends)\s+[\"']([a-z_]+)/", template.read_text())
    named += re.findall(r"{%\s*url\s+[\"']([a-z_]+):", template.read_text())
    packages = set().union(*layers())
    above = [name for name in named if name in packages and name != own and height(name) >= height(own)]
    assert above == []


def test_no_folder_says_nothing() -> None:
    assert [path for path in modules() if set(path.with_suffix("").parts) & FORBIDDEN_NAMES] == []


def test_files_stay_short() -> None:
    long = {str(path): n for path in modules() if (n := len(path.read_text().split("\n"))) > 300}
    assert long == {}


def functions() -> list[tuple[str, int]]:
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.append((f"{path.name}:{node.name}", (node.end_lineno or 0) - node.lineno + 1))
    return found


def test_functions_stay_short() -> None:
    lengths = functions()
    assert [name for name, n in lengths if n > 50] == []
    assert statistics.median(n for _, n in lengths) <= 9


def test_classes_have_few_methods() -> None:
    heavy = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                methods = [child for child in node.body if isinstance(child, ast.FunctionDef)]
                if len(methods) > 15:
                    heavy.append(f"{path.name}:{node.name}")
    assert heavy == []


def test_packages_are_at_most_three_deep() -> None:
    assert [path for path in modules() if len(path.relative_to(HOUSE).parts) > 4] == []


def test_only_views_and_api_import_http() -> None:
    allowed = re.compile(r"(views|api|urls|middleware|context|accounts|templatetags)")
    wrong = [
        str(path.relative_to(HOUSE))
        for path in modules()
        if re.search(r"from django\.(http|shortcuts)|from ninja", path.read_text())
        and not allowed.search(str(path.relative_to(HOUSE)))
    ]
    assert wrong == []


def test_no_lock_file_holds_an_address() -> None:
    locks = [*ROOT.glob("requirements/*.txt"), ROOT / "frontend" / "package-lock.json"]
    locks += ROOT.glob("tests/*/*/package-lock.json")
    assert len(locks) >= 4
    assert [lock.name for lock in locks if "://" in lock.read_text()] == []


def test_no_feature_hides_behind_a_licence_key() -> None:
    hidden = re.compile(r"licen[sc]e[_ ]?key|enterprise[_ ]only|premium|paywall", re.IGNORECASE)
    assert [path.name for path in modules() if hidden.search(path.read_text())] == []
