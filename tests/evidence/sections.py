"""The sections of the evidence, short ones first."""

from tests.evidence import coverage, peers, recovery, seeds, structureless

SECTIONS = (coverage, recovery, peers, structureless, seeds)
