"""Forecasts over published data sets, made by the code that serves them, beside seasonal naive."""
