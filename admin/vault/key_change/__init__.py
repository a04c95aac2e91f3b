"""Tips moved from a unit's older keys to its key in use."""
