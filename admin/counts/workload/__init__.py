"""How a unit's queue stands: how much, since when, until when. Counts of covers, and nobody's."""
