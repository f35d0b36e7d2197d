"""EPCIS 2.0, CBV 2.0 and GS1 identifiers: read, checked, made canonical. Pure."""
