"""The contract of a tip. Pure: no Flask, no database."""
