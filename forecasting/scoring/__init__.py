"""One score at a time: what it was made of, what people made of it, and scores anew."""
