"""Delays: will a delivery be late, and by how many days. Pure."""
