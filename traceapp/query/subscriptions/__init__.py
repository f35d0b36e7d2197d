"""Subscriptions: events of a named query, sent to a webhook in the order of the ledger's blocks."""
