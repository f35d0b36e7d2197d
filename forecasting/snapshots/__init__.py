"""Verified rows of large training sets as Parquet: anchored, hashed at each use, extended by new batches only."""
