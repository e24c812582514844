"""Stage 01: tables in, one row a customer out, as of a date.

The customer table holds what each customer is (attributes of the contract) and does (recency, frequency, monetary
value and their kin). It is an Ibis expression until the end, so the engine does the work, and it comes with the
meaning of every column and a sheet that says how good the data is.
"""

from personas.customers.forming import forming_table
from personas.customers.models import Feature, Quality
from personas.customers.storage import read_customers, write_customers
from personas.customers.table import (
    Customers,
    Rehearsal,
    build_customers,
    customer_expression,
    find_name_clashes,
    table_like,
)

__all__ = [
    "Customers",
    "Feature",
    "Quality",
    "Rehearsal",
    "build_customers",
    "customer_expression",
    "find_name_clashes",
    "forming_table",
    "read_customers",
    "table_like",
    "write_customers",
]
