"""Tests mirror the tree of `ccengine`; see README.md."""
