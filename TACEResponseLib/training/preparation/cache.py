"""Prepared patients are kept by what they were made of, so that nothing is computed twice.

The name of a file is the digest of everything that can move a number in it: the bytes of image
and ROI, the settings that prepare, clinical values, package versions and this program's own code.
Whoever changes one of these asks for another file; nothing is ever out of date.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from TACEResponseLib.basics.imported_code import files_behind
from TACEResponseLib.basics.reading.file_digest import sha256_of
from TACEResponseLib.basics.resources import LIBRARY
from TACEResponseLib.basics.writing.whole_file import sweep_drafts
from TACEResponseLib.cohort.member import Member
from TACEResponseLib.evidence.branch import Prepared
from TACEResponseLib.evidence.kinds import BranchSettings
from TACEResponseLib.imaging.files.content import content_digest
from TACEResponseLib.training.preparation.files import (
    SUFFIX,
    read_prepared,
    write_prepared,
)

# What makes a case of a patient's files, and what writes; how evidence is prepared of a case, each
# kind says.
CASES_ARE_MADE_BY = ("TACEResponseLib.cohort.loading", "TACEResponseLib.simulation.members")
FILES_ARE_WRITTEN_BY = "TACEResponseLib.training.preparation.files"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparationCache:
    """A folder of prepared patients; safe against kill and against others who write to it."""

    folder: Path
    program: str
    """Digest of the packages, of whose numbers features are made."""

    def place(self, settings: BranchSettings, content: str) -> Path:
        """The file of one patient and branch.

        Args:
            settings: of the branch; two that prepare alike share the file.
            content: digest of the patient, from `content_of`.
        """
        files, _, clinical = content.partition(".")
        used = (files, clinical) if settings.clinical_inputs else (files,)
        parts = {
            "settings": settings.preparation,
            "content": used,
            "program": self.program,
            "code": code_digest(settings.prepared_by),
        }
        name = digest_of(parts)
        return self.folder / name[:2] / f"{name}{SUFFIX}"

    def holds(self, settings: BranchSettings, path: Path) -> bool:
        """Whether a value stands there, whole."""
        try:
            read_prepared(settings.kind, path)
        except (OSError, ValueError):
            return False
        return True

    def write(self, settings: BranchSettings, prepared: Prepared, path: Path) -> None:
        """Keep what a branch needs of a patient."""
        write_prepared(settings.kind, prepared, path)


def open_cache(folder: Path) -> PreparationCache:
    """The cache of this program and its packages in a folder, which is made when needed."""
    from TACEResponseLib.result.provenance import package_versions

    sweep_drafts(folder)
    return PreparationCache(folder=folder, program=digest_of(package_versions()))


def default_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where a user's programs keep what they can make again."""
    home = Path.home()
    if given := environment.get("XDG_CACHE_HOME"):
        base = Path(given)
    elif local := environment.get("LOCALAPPDATA"):
        base = Path(local)
    else:
        base = home / ".cache"
    return base / "taceresponse"


def content_of(member: Member) -> str:
    """Digest of a patient's images and features, a dot, and that of the clinical values.

    Empty where nothing names the patient: neither files nor clinical values.

    Raises: OSError: a file can't be read.
    """
    if not member.files and member.clinical is None:
        return ""
    files = {name: content_digest(path) for name, path in sorted(member.files.items())}
    clinical = dict(member.clinical.values) if member.clinical else {}
    choice = [dict(member.roi_choice)] if member.roi_choice else []
    return f"{digest_of([files, dict(member.features), *choice])}.{digest_of(clinical)}"


def digest_of(values: object) -> str:
    """SHA-256 of JSON values, whatever the order of their keys."""
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@cache
def code_digest(prepared_by: str) -> str:
    """Of the program's own files through which a patient passes until evidence is prepared.

    Args:
        prepared_by: the module that prepares, from the settings of a kind of evidence.
    """
    files = files_behind((prepared_by, FILES_ARE_WRITTEN_BY, *CASES_ARE_MADE_BY))
    return digest_of({p.relative_to(LIBRARY).as_posix(): sha256_of(p) for p in files})
