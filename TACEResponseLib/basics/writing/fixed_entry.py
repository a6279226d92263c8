"""An entry of a zip file that is the same bytes each time."""

import stat
import zipfile

# The earliest date a zip can hold; a real one would change the bytes from day to day.
FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def fixed_entry(name: str) -> zipfile.ZipInfo:
    """A stored entry whose date and mode never vary; weights don't compress anyway."""
    entry = zipfile.ZipInfo(name, FIXED_DATE)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry
