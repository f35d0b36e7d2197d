"""Offers that are planned: what is known of the future when a forecast is made."""
