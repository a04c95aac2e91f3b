"""From one version to the next, and back: `dengshao upgrade`.

Versions lie side by side as folders, and a link says which one serves. A journal is kept of every
step before it is taken, so that an upgrade that was cut off ends either way.
"""
