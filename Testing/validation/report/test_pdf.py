"""report.pdf: what the HTML says, on A4, the same bytes, and nothing fetched."""

import builtins
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.commands.cli import main
from TACEResponseLib.output.page.blocks import Figure, Page, Paragraph, Section, Table
from TACEResponseLib.output.page.rendering import render
from TACEResponseLib.validation.report.pdf import _laid_out, check_pdf, report_pdf
from TACEResponseLib.validation.report.writing import write_validation
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.subgroups.subgroups import SubgroupResults
from TACEResponseLib.validation.topics.survival.survival import SurvivalResults
from TACEResponseLib.validation.topics.topic import Results
from Testing.validation.changes import changed

ROOT = Path(__file__).parents[3]
A4_PX = (793.7, 1122.5)
MARGIN_PX = 15 / 25.4 * 96


@pytest.fixture(scope="module")
def weasyprint() -> Any:
    try:
        check_pdf()
    except InputError as error:
        pytest.skip(str(error))
    import weasyprint

    return weasyprint


@pytest.fixture(scope="module")
def folder(
    weasyprint: Any, study: Study, results: Results, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    assert weasyprint
    path = tmp_path_factory.mktemp("out") / "validation"
    # Four figures will do.
    curves = results.of(SurvivalResults).survival[:1]
    short = changed(results, SurvivalResults, survival=curves, landmarks=())
    short = changed(short, SubgroupResults, forests=())
    models = results.of(PerformanceResults).models[:1]
    write_validation(
        replace(study, models=study.models[:1]),
        changed(short, PerformanceResults, models=models),
        path,
        pdf=True,
    )
    return path


@pytest.fixture(scope="module")
def sheets(folder: Path) -> list[Any]:
    """Pages of the report, as they are laid out."""
    return list(_laid_out((folder / "report.html").read_text(encoding="utf-8")).pages)


def words(sheets: Sequence[Any]) -> list[str]:
    """The text of each page."""
    texts = []
    for sheet in sheets:
        boxes = sheet._page_box.descendants()
        text = " ".join(box.text for box in boxes if hasattr(box, "text"))
        texts.append(text.replace("\N{NO-BREAK SPACE}", " "))
    return texts


def test_the_pages_hold_the_auc_of_the_numbers(folder: Path, sheets: list[Any]) -> None:
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    area = metrics["results"]["models"][0]["auc"]
    text = f"AUC {area['value']:.2f} ({area['low']:.2f} to {area['high']:.2f})"
    first, *others = words(sheets)
    assert text in re.sub(r"\s+", " ", first)
    assert others


def test_another_reader_finds_the_auc_in_the_file(folder: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext of poppler-utils is not installed")
    text = subprocess.run(
        ["pdftotext", "-layout", folder / "report.pdf", "-"],
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert f"AUC {metrics['results']['models'][0]['auc']['value']:.2f}" in text


def test_the_first_page_is_one_sheet(sheets: list[Any]) -> None:
    first, second, *_ = words(sheets)
    assert "What this does not show" in first
    assert "Methods" in second


def test_every_sheet_is_a4_and_says_its_number_and_that_it_is_for_research(
    sheets: list[Any],
) -> None:
    sentence = words(sheets)
    for number, (sheet, text) in enumerate(zip(sheets, sentence, strict=True), start=1):
        assert (sheet.width, sheet.height) == pytest.approx(A4_PX, abs=0.1)
        assert NOT_A_DEVICE in text
        assert f"{number} / {len(sentence)}" in text


@pytest.mark.usefixtures("weasyprint")
@pytest.mark.parametrize("lines", range(41, 47))
def test_no_heading_ends_a_sheet_and_heads_of_tables_come_again(lines: int) -> None:
    rows = tuple((f"row {n}", "cell") for n in range(90))
    before = Section("Before", tuple(Paragraph(f"line {n}") for n in range(lines)))
    table = Table(columns=("id", "of the head"), rows=rows, note="Note")
    page = Page(title="t", sections=(before, Section("Numbers", (table,))))
    sentence = words(_laid_out(render(page)).pages)
    start = next(text for text in sentence if "Numbers" in text)
    assert "Note" in start
    assert "row 1" in start
    assert sum("row" in text for text in sentence) > 1
    assert all("of the head" in text for text in sentence if "row" in text)


@pytest.mark.usefixtures("weasyprint")
def test_a_wide_table_stays_on_the_sheet() -> None:
    cells = tuple(f"{n} (0.123 to 0.456), n = 1000, x" for n in range(8))
    table = Table(columns=tuple("abcdefgh"), rows=(cells,))
    page = Page(title="t", sections=(Section("Wide", (table,)),))
    (sheet,) = _laid_out(render(page)).pages
    boxes = sheet._page_box.descendants()
    cells_ = [box for box in boxes if type(box).__name__ == "TableCellBox"]
    ends = [box.border_box_x() + box.border_width() for box in cells_ if box.element_tag == "td"]
    assert len(ends) == 8
    assert max(ends) <= sheet.width - MARGIN_PX


def test_the_same_report_gives_the_same_bytes_in_another_process(folder: Path) -> None:
    svg = (folder / "figures" / "calibration.svg").read_bytes()
    rows = tuple((f"row {n}", "cell") for n in range(90))
    blocks = (Figure(data=svg, caption="a figure"), Table(columns=("id", "word"), rows=rows))
    html = render(Page(title="t", sections=(Section("Both", blocks),)))
    code = (
        "import sys; from TACEResponseLib.validation.report.pdf import report_pdf; "
        "sys.stdout.buffer.write(report_pdf(sys.stdin.read()))"
    )
    again = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        cwd=ROOT,
        input=html.encode(),
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    ).stdout
    assert again == report_pdf(html)


@pytest.mark.usefixtures("weasyprint")
@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/x.png", "file:///etc/hostname"], ids=["network", "file"]
)
def test_nothing_is_fetched(address: str) -> None:
    with pytest.raises(ValueError, match="must load nothing"):
        report_pdf(f'<html lang="en"><title>t</title><img alt="x" src="{address}"></html>')


def without(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """WeasyPrint can't be imported."""
    known = builtins.__import__

    def importing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == "weasyprint":
            raise error
        return known(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", importing)


def test_without_the_package_the_command_stops_before_it_reads_anything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without(monkeypatch, ModuleNotFoundError("No module", name="weasyprint"))
    status = main(
        [
            "validate",
            "--predictions",
            str(tmp_path / "absent.csv"),
            "--pdf",
            "--output",
            str(tmp_path / "out"),
        ]
    )
    stderr = capsys.readouterr().err
    assert status == 2
    assert "--pdf: needs the package WeasyPrint" in stderr
    assert 'pip install "TACEResponse[pdf]"' in stderr
    assert list(tmp_path.iterdir()) == []


def test_without_the_package_nothing_is_half_written(
    monkeypatch: pytest.MonkeyPatch, study: Study, results: Results, tmp_path: Path
) -> None:
    without(monkeypatch, ModuleNotFoundError("No module", name="weasyprint"))
    with pytest.raises(InputError, match="WeasyPrint"):
        write_validation(study, results, tmp_path / "out", pdf=True)
    assert list(tmp_path.iterdir()) == []


def test_without_pango_the_system_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, OSError("cannot load library 'libpango-1.0-0'"))
    with pytest.raises(InputError, match=r"Pango.*libpango-1\.0-0.*apt install"):
        check_pdf()
