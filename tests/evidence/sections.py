"""The sections of the evidence, in the order of the page."""

from tests.evidence import coverage, peers, recovery, structureless

SECTIONS = (structureless, recovery, peers, coverage)
