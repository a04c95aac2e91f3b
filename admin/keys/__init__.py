"""Members' and units' keys: issued, handed over, split for recovery, printed on paper."""
