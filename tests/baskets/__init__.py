"""Tests of `segtui.cluster`: scikit-learn is the oracle."""
