"""Functions that a delivered script may hold: real code, from which `scripting.needed` takes what is used.

They import polars, numpy and scikit-learn alone, know nothing of segtui, and keep to lines of 100 letters. What they
do must be what the app does; tests/deliver/test_script.py holds them against it.
"""
