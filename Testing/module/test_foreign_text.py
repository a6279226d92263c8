"""What strangers wrote is shown as it stands: Qt takes none of it for HTML."""

import re
from pathlib import Path
from typing import Any

from TACEResponseLib.bundle.cards.card import model_card
from TACEResponseLib.bundle.reading import read_metadata
from TACEResponseLib.patient.case import Case

EVIL = "<img src='file:///etc/passwd'><b>x</b>"
PICTURES = (
    "![p](file:///etc/passwd) ![q](\\\\host\\share\\x.png) <img src='http://host/x.png'> "
    "![r][1]\n\n[1]: file:///etc/hosts"
)


def test_every_label_but_that_of_our_own_html_is_plain(person: Any, with_clinical: Path) -> None:
    import qt

    person.panel.model.openModel(str(with_clinical))
    person.wait(lambda: person.panel.clinical._rows)
    named = {name: w for name, w in vars(person.ui).items() if isinstance(w, qt.QLabel)}
    rows = [row.remark for row in person.panel.images._rows]
    rows += [row.remark for row in person.panel.clinical._rows.values()]
    assert len(named) > 20
    assert rows
    rich = [n for n, w in named.items() if w.textFormat != qt.Qt.PlainText]
    assert sorted(rich) == ["oneLineLabel", "resultLabel"]
    assert all(w.textFormat == qt.Qt.PlainText for w in rows)


def rendered(label: Any) -> str:
    """The words that a label shows, as selecting them with the mouse would copy them."""
    import qt
    from PySide6.QtGui import QTextDocument

    page = QTextDocument()
    show = page.setPlainText if label.textFormat == qt.Qt.PlainText else page.setHtml
    show(label.text)
    before = label.textInteractionFlags
    label.setTextInteractionFlags(qt.Qt.TextSelectableByMouse)
    label.setSelection(0, page.characterCount() - 1)
    words = str(label.selectedText() if callable(label.selectedText) else label.selectedText)
    label.setTextInteractionFlags(before)
    return words.replace("\u00a0", " ")


def test_no_label_shows_a_tag_whatever_becomes_of_the_result(person: Any, patient: Case) -> None:
    import qt

    person.make_ready(patient)
    person.score()
    probability = person.panel.book.prediction.fused.probability
    for stage in ("up to date", "out of date"):
        labels = {n: w for n, w in vars(person.ui).items() if isinstance(w, qt.QLabel)}
        words = {name: rendered(label) for name, label in labels.items()}
        assert f"{100 * probability:.0f} %" in words["oneLineLabel"]
        assert f"{100 * probability:.0f} %" in words["resultLabel"]
        assert {n: t for n, t in words.items() if re.search(r"</?[a-z]+[^<]*>|&[a-z]+;", t)} == {}
        assert ("Out of date" in words["oneLineLabel"]) is (stage == "out of date")
        person.ui.bclcCombo.setCurrentIndex(person.ui.bclcCombo.findText("C"))
        person.wait(lambda: person.panel.book.isOutOfDate)


def test_a_tool_tip_shows_tags_as_text(person: Any, patient: Case) -> None:
    _, segmentation = person.load_patient(patient)
    segmentation.GetSegmentation().GetNthSegment(0).SetName(EVIL)
    person.choose_model()
    person.choose_lesion(segmentation)
    person.wait(lambda: person.panel.desk.lesions)
    item = person.ui.lesionsTable.item(0, 1)
    assert item.text() == EVIL
    assert "<img" not in item.toolTip()
    assert "&lt;img" in item.toolTip()


def test_a_problem_in_place_of_a_card_is_plain_text(person: Any) -> None:
    from TACEResponsePanel.process.problem import Problem

    person.panel.model._showProblem(Problem(EVIL))
    assert person.ui.modelCardBrowser.toPlainText() == EVIL
    assert "<img" not in person.ui.modelCardBrowser.toHtml()


def test_a_card_of_hostile_words_fetches_nothing(person: Any) -> None:
    from PySide6.QtWidgets import QTextBrowser

    assert person
    fetched: list[str] = []

    class Browser(QTextBrowser):
        def loadResource(self, kind: int, name: Any) -> Any:  # noqa: N802  # Qt's name
            fetched.append(name.toString())
            return super().loadResource(kind, name)

    browser = Browser()
    browser.setMarkdown(PICTURES)
    browser.grab()
    assert fetched, "this is how a picture would be asked for"
    fetched.clear()
    metadata = read_metadata("ct-volume-clinical")
    hostile = dict.fromkeys(("title", "intended_use", "authors", "readout"), PICTURES)
    browser.setMarkdown(model_card(metadata.model_copy(update=hostile)))
    browser.grab()
    assert fetched == []
    assert "<img" not in browser.toHtml()
    assert "host" in browser.toPlainText()
