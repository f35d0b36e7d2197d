"""What to keep in stock: reorder points from the distribution of demand over the lead time."""
