"""Tests of `segtui.decide`."""
