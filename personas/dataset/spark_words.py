"""Spark's SQL where it would answer otherwise than DuckDB to the same expression."""

from __future__ import annotations

import math
import string

import ibis.expr.datatypes as dt
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

# How DuckDB's strptime writes the parts of a time, in Java's letters; single letters take one digit or two.
JAVA = {
    "Y": "yyyy", "y": "yy", "m": "M", "d": "d", "H": "H", "I": "h", "M": "m", "S": "s", "f": "SSSSSS", "g": "SSS",
    "p": "a", "b": "MMM", "B": "MMMM", "a": "EEE", "A": "EEEE", "j": "D", "z": "xx", "Z": "z", "%": "%",
}  # fmt: skip


class SparkWords(PySparkCompiler):
    """Ibis's translation into Spark's SQL, with DuckDB's answers."""

    __slots__ = ()

    def visit_NonNullLiteral(self, op, *, value, dtype):
        """Write fractions as doubles, and text with characters for which Spark has no escape by their codes."""
        if dtype.is_floating() and math.isfinite(value):
            # A bare 100.0 is a decimal to Spark, whose means keep five digits.
            return self.cast(sge.convert(repr(float(value))), dtype)
        if dtype.is_string() and any(sign in value for sign in "\a\f\v"):
            return self.cast(self.f.unhex(value.encode().hex()), dt.string)
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    def visit_Strip(self, op, *, arg):
        """Take blanks of every kind off both ends."""
        blanks = self.cast(self.f.unhex(string.whitespace.encode().hex()), dt.string)
        return self.f.trim(arg, blanks)

    def visit_ScalarUDF(self, op, **kw):
        """Translate the one function that is DuckDB's own."""
        if op.__func_name__ != "try_strptime":
            return super().visit_ScalarUDF(op, **kw)
        text, pattern = kw.values()
        java = java_pattern(pattern.this)
        return self.cast(self.f.anon.try_to_timestamp(text, sge.convert(java)), dt.timestamp)

    def visit_TimestampDelta(self, op, *, part, left, right):
        """Count the days or seconds that begin between two times, as DuckDB does."""
        unit = op.part.value if hasattr(op.part, "value") else str(op.part)
        if unit == "day":
            return self.cast(self.f.anon.datediff(left, right), op.dtype)
        if unit == "second":
            seconds = [self.f.anon.unix_timestamp(self.f.anon.timestamp(moment)) for moment in (left, right)]
            return sge.Paren(this=seconds[0] - seconds[1])
        return super().visit_TimestampDelta(op, part=part, left=left, right=right)

    visit_DateDelta = visit_TimeDelta = visit_TimestampDelta

    def visit_Mode(self, op, *, arg, where):
        """The most frequent value; the lowest of several."""
        if where is not None:
            arg = self.if_(where, arg, sge.Null())
        return self.f.anon.mode(arg, sge.true())

    def visit_Cast(self, op, *, arg, to):
        """Round numbers to whole ones, and write whole numbers as 12.0, never as 1.2E1."""
        given = op.arg.dtype
        if given.is_floating() and to.is_integer():
            return self.cast(self.f.anon.rint(arg), to)
        if given.is_floating() and to.is_string():
            whole = self.f.concat(self.cast(self.cast(arg, dt.int64), dt.string), sge.convert(".0"))
            plain = sge.and_(self.f.anon.rint(arg).eq(arg), self.f.abs(arg) < sge.convert(10**16))
            return self.if_(plain, whole, self.cast(arg, dt.string))
        return super().visit_Cast(op, arg=arg, to=to)

    def visit_TryCast(self, op, *, arg, to):
        """Read text as a whole number by way of a number: "1.7" is 2."""
        if op.arg.dtype.is_string() and to.is_integer():
            number = sge.TryCast(this=arg, to=self.type_mapper.from_ibis(dt.float64), safe=True)
            return sge.TryCast(this=self.f.anon.rint(number), to=self.type_mapper.from_ibis(to), safe=True)
        if op.arg.dtype.is_floating():
            return self.visit_Cast(op, arg=arg, to=to)
        return super().visit_TryCast(op, arg=arg, to=to)


def java_pattern(pattern: str) -> str:
    """Write a way of writing times in Java's letters.

    >>> java_pattern("%d/%m/%Y um %H:%M")
    "d/M/yyyy' um 'H:m"
    """
    made, text, signs = "", "", iter(pattern)

    def flushed() -> str:
        letters = any(sign.isalpha() or sign in "'[]{}#" for sign in text)
        return "'" + text.replace("'", "''") + "'" if letters else text

    for sign in signs:
        if sign != "%":
            text += sign
            continue
        code = next(signs)
        code = next(signs) if code == "-" else code
        if code == "%":
            text += "%"
            continue
        made += flushed() + JAVA.get(code, code)
        text = ""
    return made + flushed()
