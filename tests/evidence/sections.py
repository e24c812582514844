"""The sections of the evidence, short ones first."""

from tests.evidence import coverage, false_alarms, peers, recovery, seeds, statements, structureless

SECTIONS = (coverage, statements, recovery, peers, structureless, seeds, false_alarms)
