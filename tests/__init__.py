"""Tests: every name says a claim."""
