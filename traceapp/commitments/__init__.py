"""What is committed to the ledger, byte for byte: canonical JSON, disclosures, Merkle trees, times. Pure."""
