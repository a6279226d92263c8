"""`python -m TACEResponseLib` is `tace-response`.

Until the program minds its signals itself, it has nothing to clean up; it loads nothing before it
knows what to do if it is interrupted, which Python would tell in a traceback.
"""

import os
import signal
from types import FrameType


def main() -> int:
    """Run one command and return its exit status."""
    # Who starts a program in the background has this signal ignored.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
    from TACEResponseLib.commands import cli

    return cli.main(ends_process=True)


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    """End at once, whatever was being loaded."""
    try:
        os.write(2, b"interrupted\n")
    finally:
        os._exit(130)


if __name__ == "__main__":
    raise SystemExit(main())
