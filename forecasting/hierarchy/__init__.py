"""Products to brands, places to regions: wholes that are the sums of their parts."""
