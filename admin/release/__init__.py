"""What a release is: where an installation lies, the sums and the signature that vouch for it.

`layout`, `sums` and `running` are read by an installed version too (by `dengshao --version` and
`dengshao upgrade`); `making` writes the artefacts, for `make release`.
"""
