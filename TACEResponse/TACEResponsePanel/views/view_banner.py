"""Words in a view; they are drawn by the view itself, so that every screenshot has them."""

from collections.abc import Iterable
from typing import Any

import vtk

FONT_SIZE = 14


class ViewBanner:
    """Keeps one text in each of some views."""

    def __init__(self) -> None:
        """Begin without a text in any view."""
        self._drawn: list[tuple[Any, Any, str, Any]] = []
        """View, renderer, text and what draws it."""

    @property
    def isShown(self) -> bool:
        """Whether any view has a text."""
        return bool(self._drawn)

    def show(self, texts: Iterable[tuple[Any, str]]) -> None:
        """Have these texts in these views, and none in any other; blank is none."""
        due = [(view, _rendererOf(view), text) for view, text in texts if text]
        due = [(view, renderer, text) for view, renderer, text in due if renderer is not None]
        if [one[1:] for one in due] == [one[1:3] for one in self._drawn]:
            return
        before = self._drawn
        for _view, renderer, _text, actor in before:
            renderer.RemoveViewProp(actor)
        self._drawn = [(*one, _draw(one[1], one[2])) for one in due]
        for view in dict.fromkeys(one[0] for one in [*before, *self._drawn]):
            view.scheduleRender()


def _draw(renderer: Any, text: str) -> Any:
    """White letters on black, top left: legible over any image."""
    actor = vtk.vtkTextActor()
    actor.SetInput(text)
    actor.GetPositionCoordinate().SetCoordinateSystemToNormalizedViewport()
    actor.SetPosition(0.02, 0.98)
    style = actor.GetTextProperty()
    style.SetVerticalJustificationToTop()
    style.SetFontSize(FONT_SIZE)
    style.BoldOn()
    style.SetColor(1.0, 1.0, 1.0)
    style.SetBackgroundColor(0.0, 0.0, 0.0)
    style.SetBackgroundOpacity(0.8)
    renderer.AddViewProp(actor)
    return actor


def _rendererOf(view: Any) -> Any:
    return view.renderWindow().GetRenderers().GetFirstRenderer()
