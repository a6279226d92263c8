"""What docs/licenses.md says, and which licenses may be there at run time."""

from Testing.licenses.run_time_packages import ROOT

PAGE = ROOT / "docs" / "licenses.md"
RUN_TIME, CUDA, TESTS = (
    "When it runs",
    "With a CUDA build of torch only",
    "For tests and checks alone",
)
# Categories A and B of https://www.apache.org/legal/resolved.html.
ALLOWED = frozenset(
    (
        "0BSD",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-1.1",
        "MPL-2.0",
        "PSF-2.0",
        "Zlib",
    )
)
NVIDIA = "LicenseRef-NVIDIA-Proprietary"


def table(heading: str) -> dict[str, dict[str, str]]:
    """Rows under a heading by package: each cell by the name of its column."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    names, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def may_be_there(expression: str) -> bool:
    """Whether one of the licenses joined by OR has only parts that are allowed."""
    return any(ALLOWED.issuperset(one.split(" AND ")) for one in expression.split(" OR "))
