"""Sixty calls by SIPp to three queues and five agents; the test is `test_sixty_calls.py`.

demo/     the tenant, served in the place of the demo's
rules     its YAML, read plainly for who works out what should have been
day       who calls when, and how each agent answers: a seed decides
callers   SIPp as the callers
agents    scripted phones that answer, decline, miss and take breaks
"""

from pathlib import Path

TENANT = Path(__file__).parent / "demo"
