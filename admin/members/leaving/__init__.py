"""Departures: begun, worked off step by step, and told to administrators and heads."""
