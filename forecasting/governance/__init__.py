"""Models in front of others: versions, votes, what is served, what reporters say of it. The ledger decides."""
