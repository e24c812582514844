"""What the methods promise, counted over many simulated tables: `make evidence`.

Too long for every test run, so results are kept, a line a case, until the code they depend on changes, and their
summary is committed: results.json for the tests, docs/evidence.md for readers. `make test` repeats a small sample.
"""
