"""Legal holds at the desk: asked for by one member, granted by another who heads the tip's unit."""
