"""Customers with a planted truth, of any size, for demonstrations, tests and benchmarks.

In comes a size and a seed; out go the tables of a made-up business (Parquet) beside ``truth.json``, which
says
what a good analysis must find: the segments, what drives the score, what hurts whom, who leaves and what
was done
about it. Each block of customers has its own random numbers, so that any size streams through the same
memory. :func:`structureless` and :func:`planted` are small tables for trying out statistics.
"""

from personas.simulation.population import simulate
from personas.simulation.tables import features_of, planted, planted_shoppers, structureless

__all__ = ["features_of", "planted", "planted_shoppers", "simulate", "structureless"]
