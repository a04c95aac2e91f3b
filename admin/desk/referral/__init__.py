"""A tip's way to an organ outside this house: a package made, handed over, chased, settled."""
