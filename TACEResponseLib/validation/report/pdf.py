"""The report as a PDF: from the same HTML, by WeasyPrint, the same bytes again.

Letters come from matplotlib's own fonts and nothing is fetched, so that neither the machine's fonts
nor a network decide how the report looks.
"""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.vocabulary import option

if TYPE_CHECKING:
    from weasyprint.document import Document

OPTION = "pdf"
FONT = "DejaVu Sans"
FACES = {
    "DejaVuSans.ttf": "",
    "DejaVuSans-Bold.ttf": "font-weight: bold;",
    "DejaVuSans-Oblique.ttf": "font-style: italic;",
}


def check_pdf() -> None:
    """Refuse `--pdf` before any work is done for it.

    Raises: InputError: WeasyPrint is not installed, or its system library Pango is not.
    """
    try:
        import weasyprint  # noqa: F401
    except ImportError as error:
        raise InputError(
            option(OPTION),
            "needs the package WeasyPrint",
            got=f"no {error.name}",
            remedy='pip install "TACEResponse[pdf]", or print report.html from a browser',
        ) from error
    except OSError as error:
        raise InputError(
            option(OPTION),
            "needs the system library Pango, which WeasyPrint draws with",
            got=error,
            remedy="install Pango (Debian and Ubuntu: apt install "
            "libpangoft2-1.0-0 libharfbuzz-subset0), or print report.html from a "
            "browser",
        ) from error


def report_pdf(html: str) -> bytes:
    """The report on A4: numbered pages, headings as bookmarks, what is for research only below.

    Args:
        html: of the whole report, self-contained.
    Returns: the file; the same text and versions give the same bytes.
    Raises: InputError: WeasyPrint is missing. ValueError: the text asks for a file or an address.
    """
    check_pdf()
    # Tagged for screen readers: reading order, heads of tables, captions in place of pictures.
    made: bytes = _laid_out(html).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=sha256(html.encode()).digest()[:16]
    )
    return made


def _laid_out(html: str) -> "Document":
    """The pages, before they are written."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    fonts = FontConfiguration()
    # Our own sheet reads font files; the report itself may load nothing but what it carries.
    files = URLFetcher(allowed_protocols={"file"}, fail_on_errors=True)
    sheet = CSS(string=_faces(), font_config=fonts, url_fetcher=files)
    carried = URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
    try:
        return HTML(string=html, url_fetcher=carried).render(stylesheets=[sheet], font_config=fonts)
    except FatalURLFetchingError as error:
        raise ValueError(f"a report must load nothing: {error}") from error


def _faces() -> str:
    """The fonts of the report as a style sheet."""
    from matplotlib import get_data_path

    folder = Path(get_data_path(), "fonts", "ttf")
    return "\n".join(
        f'@font-face {{ font-family: "{FONT}"; {style} src: url("{(folder / name).as_uri()}"); }}'
        for name, style in FACES.items()
    )
