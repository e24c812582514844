"""What make calls: is the input sound, what is out of date, run a notebook, publish what came out.

In come a dataset's name and the parameters that somebody set; out come ``reports/<dataset>/`` and an exit
code. Make owns the graph (which stage follows which, what runs side by side); this folder owns everything
that make cannot say: what a stage depends on by content (:mod:`stamps`), whether a run may start
(:mod:`checks`), a notebook executed so that it is there whole or not at all (:mod:`execution`), reports that
change all at once (:mod:`publication`). Looking must be cheap, so nothing here imports the statistics, and
most of it only the standard library.
"""
