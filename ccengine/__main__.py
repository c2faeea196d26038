"""`python -m ccengine`, the same as the `ccengine` command."""

from ccengine.cli import main

if __name__ == "__main__":
    main()
