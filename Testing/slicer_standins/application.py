"""Stand-in of `slicer.app`.

Source: Slicer, Base/QTCore/qSlicerCoreApplication.h, Base/QTGUI/qSlicerApplication.h,
Base/QTCore/qSlicerBaseQTCorePythonQtDecorators.h (testingEnabled, processEvents),
Base/QTCore/qSlicerCoreCommandOptions.h, Base/QTCore/qSlicerExtensionsManagerModel.h,
Base/QTCore/qSlicerModuleManager.h, Base/QTGUI/qSlicerIOManager.h.
Note what isn't there: the version is `applicationVersion`, not `slicerVersion`.
"""

# The names are Slicer's.
# ruff: noqa: N801, N802, N815

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtWidgets

from .declared import declared, require, stands_for, stored

if TYPE_CHECKING:
    from pathlib import Path

VERSION = (5, 12, 0)


def _constant(type_name: str, value: Any) -> Any:
    return declared(type_name, lambda _self: value)


@stands_for("Slicer Base/QTCore/qSlicerCoreCommandOptions.h")
class qSlicerCommandOptions(QtCore.QObject):
    """How Slicer was started."""

    _is_testing = False
    testingEnabled = declared("bool", lambda self: self._is_testing)
    ignoreSlicerRC = _constant("bool", value=False)
    pythonScript = _constant("QString", "")


@stands_for("Slicer Base/QTCore/qSlicerExtensionsManagerModel.h")
class qSlicerExtensionsManagerModel(QtCore.QObject):
    """Which extensions are installed; a test fills `_names`. Nothing is downloaded."""

    modelUpdated = QtCore.Signal()
    extensionInstalled = QtCore.Signal(str)
    interactive = stored("bool", "interactive", default=True)
    _names: Any = ()
    installedExtensions = declared("QStringList", lambda self: list(self._names))
    installedExtensionsCount = declared("int", lambda self: len(self._names))
    slicerRevision = _constant("QString", "34045")

    def isExtensionInstalled(self, name: str, /) -> bool:
        """Whether an extension is installed."""
        require("isExtensionInstalled", name, str, or_none=False)
        return name in self._names

    def isExtensionEnabled(self, name: str, /) -> bool:
        """Whether it is switched on; installed ones are."""
        return self.isExtensionInstalled(name)


@stands_for("Slicer Base/QTCore/qSlicerModuleManager.h")
class qSlicerModuleManager(QtCore.QObject):
    """The modules by name."""

    moduleLoaded = QtCore.Signal(str)
    moduleAboutToBeUnloaded = QtCore.Signal(str)
    _modules: Any = None

    def module(self, name: str, /) -> Any:
        """A module, or None."""
        return self._modules.get(name)

    def modulesNames(self) -> list[str]:
        """Names of all modules."""
        return list(self._modules)


@stands_for("Slicer Base/QTGUI/qSlicerIOManager.h")
class qSlicerIOManager(QtCore.QObject):
    """Opens the dialogs for data; here it only notes that it was asked."""

    newFileLoaded = QtCore.Signal(object)
    _opened: Any = None

    def openAddDataDialog(self, file_name: str = "", /) -> bool:
        """The dialog "Add Data"."""
        require("openAddDataDialog", file_name, str, or_none=False)
        self._opened.append("openAddDataDialog")
        return True

    def openAddVolumeDialog(self) -> bool:
        """The dialog "Add Volume"."""
        self._opened.append("openAddVolumeDialog")
        return True

    def openSaveDataDialog(self) -> bool:
        """The dialog "Save"."""
        self._opened.append("openSaveDataDialog")
        return True


@stands_for("Slicer Base/QTGUI/qSlicerApplication.h")
class qSlicerApplication(QtCore.QObject):
    """The application: paths, versions, managers. `layoutManager()` is None without main window."""

    startupCompleted = QtCore.Signal()
    mrmlSceneChanged = QtCore.Signal(object)
    aboutToQuit = QtCore.Signal()
    focusChanged = QtCore.Signal(object, object)
    _signatures = {  # noqa: RUF012
        "mrmlSceneChanged(vtkMRMLScene*)": "mrmlSceneChanged",
        "focusChanged(QWidget*,QWidget*)": "focusChanged",
    }
    _folder: Any = None
    _parts: Any = None
    _opened: Any = None
    _render_pauses = 0

    applicationName = _constant("QString", "Slicer")
    applicationVersion = _constant("QString", ".".join(map(str, VERSION)))
    mainApplicationName = _constant("QString", "Slicer")
    mainApplicationDisplayName = _constant("QString", "3D Slicer")
    majorVersion = _constant("int", VERSION[0])
    minorVersion = _constant("int", VERSION[1])
    mainApplicationMajorVersion = _constant("int", VERSION[0])
    mainApplicationMinorVersion = _constant("int", VERSION[1])
    mainApplicationPatchVersion = _constant("int", VERSION[2])
    revision = _constant("QString", "34045")
    repositoryRevision = _constant("QString", "0" * 40)
    releaseType = _constant("QString", "Stable")
    applicationLocaleName = _constant("QString", "en_US")
    documentationBaseUrl = _constant("QString", "https://slicer.readthedocs.io/en/5.12/")
    platform = _constant("QString", "linux-amd64")
    arch = _constant("QString", "amd64")
    os = _constant("QString", "linux")
    isInstalled = _constant("bool", value=True)
    slicerHome = declared("QString", lambda self: str(self._folder / "home"))
    slicerSharePath = _constant("QString", "share/Slicer-5.12")
    startupWorkingPath = declared("QString", lambda self: str(self._folder))
    slicerUserSettingsFilePath = declared("QString", lambda self: str(self._folder / "Slicer.ini"))
    temporaryPath = stored("QString", "temporaryPath", "")
    cachePath = stored("QString", "cachePath", "")
    defaultScenePath = stored("QString", "defaultScenePath", "")
    extensionsInstallPath = stored("QString", "extensionsInstallPath", "")

    def __init__(self, folder: Path, parts: dict[str, Any], opened: list[str]) -> None:
        super().__init__()
        self._folder, self._parts, self._opened = folder, parts, opened
        for name in ("temporaryPath", "cachePath", "defaultScenePath", "extensionsInstallPath"):
            (folder / name).mkdir()
            setattr(self, name, str(folder / name))

    # Scene and managers

    def mrmlScene(self) -> Any:
        """The scene."""
        return self._parts["scene"]

    def applicationLogic(self) -> Any:
        """The real vtkSlicerApplicationLogic."""
        return self._parts["logic"]

    def moduleLogic(self, name: str, /) -> Any:
        """Logic of a module."""
        return self._parts["logic"].GetModuleLogic(name)

    def layoutManager(self) -> Any:
        """The layout manager, or None without a main window."""
        return self._parts.get("layout")

    def moduleManager(self) -> Any:
        """The module manager."""
        return self._parts["modules"]

    def ioManager(self) -> Any:
        """The manager of data dialogs."""
        return self._parts["io"]

    coreIOManager = ioManager

    def extensionsManagerModel(self) -> Any:
        """The list of extensions."""
        return self._parts["extensions"]

    def commandOptions(self) -> Any:
        """How Slicer was started."""
        return self._parts["options"]

    def dicomDatabase(self) -> Any:
        """The DICOM database."""
        return self._parts["dicom"]

    def testingEnabled(self) -> bool:
        """Whether Slicer was started with --testing."""
        return bool(self._parts["options"].testingEnabled)

    # Settings

    def userSettings(self) -> QtCore.QSettings:
        """The user's settings, in a temporary file."""
        settings: QtCore.QSettings = self._parts["settings"]
        return settings

    settings = userSettings
    revisionUserSettings = userSettings

    # Of QApplication

    def processEvents(self) -> None:
        """Let Qt do what waits; takes no arguments in Slicer's Python."""
        QtWidgets.QApplication.processEvents()

    def topLevelWidgets(self) -> list[QtWidgets.QWidget]:
        """All windows."""
        return QtWidgets.QApplication.topLevelWidgets()

    def setOverrideCursor(self, cursor: Any, /) -> None:
        """Show a busy cursor."""
        QtWidgets.QApplication.setOverrideCursor(cursor)

    def restoreOverrideCursor(self) -> None:
        """Show the usual cursor again."""
        QtWidgets.QApplication.restoreOverrideCursor()

    def clipboard(self) -> QtGui.QClipboard:
        """The clipboard."""
        return QtWidgets.QApplication.clipboard()

    def keyboardModifiers(self) -> Any:
        """Keys held down."""
        return QtWidgets.QApplication.keyboardModifiers()

    def palette(self) -> QtGui.QPalette:
        """Colors of the theme."""
        return QtWidgets.QApplication.palette()

    def style(self) -> Any:
        """The style of the widgets."""
        return QtWidgets.QApplication.style()

    def translate(self, context: str, text: str, /) -> str:
        """The text in the user's language; English here."""
        return QtCore.QCoreApplication.translate(context, text)

    # Of Slicer

    def openUrl(self, url: str, /) -> None:
        """Show a page in the browser; noted only."""
        require("openUrl", url, str, or_none=False)
        self._opened.append(url)

    def openExtensionsManagerDialog(self) -> None:
        """Show the Extensions Manager; noted only."""
        self._opened.append("openExtensionsManagerDialog")

    def openSettingsDialog(self, panel: str = "", /) -> None:
        """Show the settings; noted only."""
        self._opened.append(f"openSettingsDialog {panel}".strip())

    def confirmRestart(self, reason: str = "", /) -> None:
        """Ask whether to restart; noted only."""
        self._opened.append(f"confirmRestart {reason}".strip())

    def restart(self) -> None:
        """Restart Slicer; noted only."""
        self._opened.append("restart")

    def moduleDocumentationUrl(self, name: str, /) -> str:
        """Where a module is described."""
        return f"{self.documentationBaseUrl}user_guide/modules/{name.lower()}.html"

    def startupEnvironment(self) -> QtCore.QProcessEnvironment:
        """The environment without Slicer's own libraries."""
        return QtCore.QProcessEnvironment.systemEnvironment()

    def pauseRender(self) -> None:
        """Stop drawing views until `resumeRender`."""
        self._render_pauses += 1

    def resumeRender(self) -> None:
        """Draw views again."""
        self._render_pauses -= 1
