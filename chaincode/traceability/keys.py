"""Keys of the state. A key names its type first, so that no two types can meet."""


def batch(batch_id: str) -> str:
    """Where a batch's document lies."""
    return f"batch/{batch_id}"
