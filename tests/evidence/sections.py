"""The sections of the evidence, short ones first."""

from tests.evidence import coverage, peers, recovery, seeds, statements, structureless

SECTIONS = (coverage, statements, recovery, peers, structureless, seeds)
