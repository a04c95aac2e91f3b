"""A tip's reward: one member asks, a head who has read it agrees, the reporter gets a code."""
