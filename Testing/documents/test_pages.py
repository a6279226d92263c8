"""Pages are written by templates alone, and every template is packed wherever the library goes."""

import ast
import fnmatch
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "TACEResponseLib"
TAG = re.compile(
    r"</?(?:a|b|body|br|caption|div|fig\w+|h[1-6]|head|html|i|img|li|link|main|meta|ol|p|pre|"
    r"script|section|span|style|table|tbody|td|th|thead|title|tr|ul|wbr)(?=[\s>/]|$)|<!doctype",
    re.IGNORECASE,
)
# It looks for web pages in place of numbers.
KNOWS_TAGS = {LIBRARY / "basics" / "reading" / "decimal_marks.py"}


def texts(path: Path) -> list[str]:
    """Every text of a file but its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    standing = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in standing
    ]


def test_no_tag_of_html_stands_in_python_code() -> None:
    tagged = {
        f"{path.relative_to(ROOT)}: {text[:40]}"
        for path in set(LIBRARY.rglob("*.py")) - KNOWS_TAGS
        for text in texts(path)
        if TAG.search(text)
    }
    assert tagged == set()


def test_a_wheel_holds_every_template_and_style_sheet() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "TACEResponseLib"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    others = {ROOT / name for name in listed if not name.endswith(".py")} or {
        path for path in LIBRARY.rglob("*.*") if path.suffix in (".jinja", ".css")
    }
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["*"]
    assert len(others) >= 5
    for path in others:
        assert any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns), path
        assert (path.parent / "__init__.py").is_file(), path


def test_drawing_a_panel_needs_no_templates() -> None:
    code = "import sys, TACEResponseLib.output.case_report; print('jinja2' in sys.modules)"
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert process.stdout.strip() == "False"
