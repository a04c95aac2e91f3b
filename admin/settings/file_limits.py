"""What a proxy in front must let in, reckoned from what the app takes: no number stands twice."""

from typing import Final

MIB: Final = 1024 * 1024
MOST_WORDS: Final = 256 * 1024
"""The body of a form, or of a sealed tip; longer ones have places of their own."""
PLAIN_MB: Final = 20
"""Of all files of one press without scripts, where DENGSHAO_PLAIN_MB says nothing else."""
TOSSED: Final = 10
"""Times what files may have together: so much is read and thrown away, to tell file by file."""


def most_of_a_form(plain_mb: int) -> int:
    """Reckon the bytes of a form with files, without scripts, that the app reads to its end."""
    return TOSSED * plain_mb * MIB + MOST_WORDS


def front_mb(plain_mb: int) -> int:
    """Reckon what nginx's `client_max_body_size` must say where such a form comes, in its m."""
    return TOSSED * plain_mb + 1
