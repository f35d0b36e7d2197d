"""How to run Traceapp with the servers around it."""
