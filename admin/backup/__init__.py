"""A sealed copy of all that is stored, and its way back.

`dengshao backup` and `dengshao restore`. Only the commands and the doctor import this package.
"""
