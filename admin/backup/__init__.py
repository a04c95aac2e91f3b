"""For the operator: a sealed copy of all that is stored, its way back, and a look at the whole.

`dengshao backup`, `dengshao restore`, `dengshao doctor`. No room imports this package.
"""
