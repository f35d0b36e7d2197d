"""The contract: thin transactions over pure rules. Knows no network, no clock, no randomness, no floats."""
