"""Things in a folder that are no files, or files that nobody should read to their end."""

import os
import socket
import zipfile
from pathlib import Path


def hostile_paths(folder: Path) -> list[str]:
    """Make them, and say what they are called, relative to the folder.

    Args:
        folder: empty; must be the current one, as the names of sockets are short.
    """
    made = [_special, _links, _long, _tables, _archives]
    return [name for make in made for name in make(folder)]


def _special(folder: Path) -> list[str]:
    """What never ends, never begins, or is no file."""
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "pipe.xlsx")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket")
    (folder / "folder").mkdir()
    (folder / "folder.zip").mkdir()
    return [
        "pipe",
        "pipe.xlsx",
        "socket",
        "folder",
        "folder.zip",
        "/dev/zero",
        "/dev/full",
        "/dev/null",
        "/dev/tty",
        "/proc/self/mem",
        "/",
        ".",
        "~",
        "-",
        "=",
        "a=b",
        "http://x/y",
    ]


def _links(folder: Path) -> list[str]:
    for name in ("zero.csv", "zero.xlsx", "zero.json", "zero.yaml", "zero.zip"):
        (folder / name).symlink_to("/dev/zero")
    (folder / "loop").symlink_to("loop")
    (folder / "lost").symlink_to("nowhere")
    return ["zero.csv", "zero.xlsx", "zero.json", "zero.yaml", "zero.zip", "loop", "lost"]


def _long(folder: Path) -> list[str]:
    """Names that are too long or no names, and a file that is larger than every disk."""
    for name in ("sparse.csv", "sparse.xlsx", "sparse.json"):
        with (folder / name).open("wb") as file:
            file.truncate(2**43)
    return [
        "",
        "x" * 300,
        "x/" * 3000,
        "none",
        "none/none",
        "a\0b",
        "\udcff",
        "\ud800.csv",
        "sparse.csv",
        "sparse.xlsx",
        "sparse.json",
    ]


def _tables(folder: Path) -> list[str]:
    """Text that is no table, no JSON, no YAML."""
    contents = {
        "empty": b"",
        "nul.csv": b"case_id,outcome,m\na\0,1,.5\n",
        "wide.csv": b"a," * 20_000 + b"\n",
        "field.csv": b"case_id\n" + b"x" * 200_000 + b"\n",
        "quote.csv": b'case_id,"outcome\n1,2,3\n' * 50,
        "utf16.csv": "case_id,outcome\n1,2\n".encode("utf-16"),
        "bytes": bytes(range(256)) * 20,
        "deep.json": b"[" * 100_000,
        "digits.json": b'{"age_years": ' + b"9" * 5000 + b"}",
        "nan.json": b'{"age_years": NaN}',
        "twice.json": b'{"age_years": 3, "age_years": 4}',
        "half.json": rb'{"\ud800": 1}',
        "list.json": b"[1]",
        "odd.json": b'{"image_date": "0000-00-00", "bclc_stage": {}, "is_first_treatment": 3}',
        "dates.json": b'{"image_date": "9999-12-31", "treatment_date": "0001-01-01"}',
        "numbers.json": b'{"age_years": 1e300, "sex": [], "tumor_number": {"value": []}}',
        "laughs.yaml": b"a: &a [x,x]\nb: &b [*a,*a]\n"
        + b"".join(
            b"c%d: &c%d [*%s,*%s]\n" % (n, n, *[b"c%d" % (n - 1) if n else b"b"] * 2)
            for n in range(60)
        ),
        "deep.yaml": b"[" * 50_000,
        "tag.yaml": b"!!python/object/apply:os.system [touch canary]\n",
        "scalar.yaml": b"3",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return list(contents)


def _archives(folder: Path) -> list[str]:
    """Zips that are no bundle and no workbook."""
    with zipfile.ZipFile(folder / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", bytes(200 * 1024**2))
    with zipfile.ZipFile(folder / "many.zip", "w") as archive:
        for number in range(2000):
            archive.writestr(f"d{number}/", "")
    (folder / "cut.zip").write_bytes((folder / "many.zip").read_bytes()[:-30])
    (folder / "cut.xlsx").write_bytes((folder / "bomb.xlsx").read_bytes()[:-30])
    (folder / "end.zip").write_bytes(b"PK\x05\x06" + b"\xff" * 18)
    return ["bomb.xlsx", "many.zip", "cut.zip", "cut.xlsx", "end.zip"]
