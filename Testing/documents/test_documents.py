"""What the documents promise is there: files, pictures, error texts."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/tutorial.md",
    "docs/troubleshooting.md",
    "docs/demo-bundle.md",
    "docs/simulation.md",
    "docs/pretrained-weights.md",
    "docs/licenses.md",
    "docs/architecture.md",
    "docs/extending.md",
    "docs/from-python.md",
)
CODE = "\n".join(
    re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8"))
    for folder in ("TACEResponse", "TACEResponseLib")
    for path in (ROOT / folder).rglob("*.py")
)
# As the command line calls them.
CODE = re.sub(r"\{option\('([a-z-]+)'\)\}", r"--\1", CODE)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_and_pictures_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert ((ROOT / name).parent / target).exists(), target


def quoted() -> list[str]:
    """The literal error texts of the troubleshooting table, without their variable parts."""
    text = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    cells = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `")]
    phrases = [phrase for cell in cells for phrase in re.findall(r"`([^`]+)`", cell)]
    return [max(re.split(r"\(?\.\.\.\)?", phrase), key=len).strip(" .,;()") for phrase in phrases]


@pytest.mark.parametrize("phrase", quoted())
def test_the_program_really_says_what_troubleshooting_quotes(phrase: str) -> None:
    words = re.escape(phrase).replace(r"SlicerRadiomics", r"(?:SlicerRadiomics|\{name\})")
    assert re.search(words, CODE), phrase
