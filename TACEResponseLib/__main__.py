"""`python -m TACEResponseLib` is `tace-response`."""

from TACEResponseLib.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
