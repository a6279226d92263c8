"""`python -m TACEResponseLib.worker`: what Slicer starts."""

from TACEResponseLib.worker.process import main

if __name__ == "__main__":
    main()
