"""Why an end of a tip takes two people, and how a request for the second one came out."""

import enum


class Ground(enum.StrEnum):
    """Why an end takes two. The value stands in the row and in the audit log."""

    SEALED = "sealed"
    """It deletes early what may be about an official: a head of the unit above agrees."""
    UNOPENED = "unopened"
    """Nobody has opened the tip."""
    URGENT = "urgent"
    """It is P0 or P1, or was until staff graded it lower."""
    DANGER = "danger"
    """Its reporter told of danger."""
    MINOR = "minor"
    """The member's browser found in its words that a minor suffers."""
    FABRICATED = "fabricated"
    """It says that the report may be made up, which another organ has to rule."""
    EARLY = "early"
    """Its words go within thirty days."""
    MASS = "mass"
    """It is asked for with others at once."""


class Result(enum.StrEnum):
    """How it came out."""

    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """It did not fit any more."""
    AGREED = "agreed"
    """Who looked an end over found it right."""
    REOPENED = "reopened"
    """They found it wrong, and took the tip up again."""
    RECORDED = "recorded"
    """They found it wrong, and left it at saying so."""
