"""Frozen data and protocols that every layer above speaks: no I/O, no clock, no logging, no randomness."""
