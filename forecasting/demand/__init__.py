"""Demand: what verified events say was sold, by product, place and day. Pure."""
