"""Words in the slice views while a simulated model's map lies over an image.

They are drawn by the view itself, so that every screenshot has them.
"""

from typing import Any

import slicer
import vtk
from slicer.i18n import tr as _

TEXT = _("SIMULATED MODEL: means nothing for a real patient")
FONT_SIZE = 14


class ViewBanner:
    """Shows or hides one line in every slice view."""

    def __init__(self) -> None:
        """Begin without a line in any view."""
        self._shown: list[tuple[Any, Any]] = []

    @property
    def isShown(self) -> bool:
        """Whether the views have the line."""
        return bool(self._shown)

    def show(self, *, isWanted: bool) -> None:
        """Draw the line in every view that there is now, or take it away."""
        wanted = _renderers() if isWanted else []
        if wanted == [renderer for renderer, _actor in self._shown]:
            return
        for renderer, actor in self._shown:
            renderer.RemoveViewProp(actor)
        self._shown = [_draw(renderer) for renderer in wanted]
        _render()


def _draw(renderer: Any) -> tuple[Any, Any]:
    """White letters on black, top left: legible over any image."""
    actor = vtk.vtkTextActor()
    actor.SetInput(TEXT)
    actor.GetPositionCoordinate().SetCoordinateSystemToNormalizedViewport()
    actor.SetPosition(0.02, 0.94)
    style = actor.GetTextProperty()
    style.SetFontSize(FONT_SIZE)
    style.BoldOn()
    style.SetColor(1.0, 1.0, 1.0)
    style.SetBackgroundColor(0.0, 0.0, 0.0)
    style.SetBackgroundOpacity(0.8)
    renderer.AddViewProp(actor)
    return renderer, actor


def _views() -> list[Any]:
    """Every slice view; none without a main window."""
    layouts = slicer.app.layoutManager()
    if layouts is None:
        return []
    return [layouts.sliceWidget(name).sliceView() for name in layouts.sliceViewNames()]


def _renderers() -> list[Any]:
    renderers = [view.renderWindow().GetRenderers().GetFirstRenderer() for view in _views()]
    return [renderer for renderer in renderers if renderer is not None]


def _render() -> None:
    for view in _views():
        view.scheduleRender()
