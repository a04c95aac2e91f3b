"""The only writer of sealed bytes: rows, units' public keys and routes, history, expiry."""

from dataclasses import dataclass

from flask import Flask, current_app

from ..app_state import app_state
from ..db import db
from .files.blobs import BlobStore
from .files.opening import open_blobs
from .files.room import Room
from .seen import Sightings
from .spent.nonces import DayKeys
from .units import OpenUnits, UnitCache, open_units


@dataclass(frozen=True)
class Vault:
    """What this process keeps in memory for the vault: open units, days' keys, a door to files.

    And what reporters have seen, until it is written; and whether there is room for more.
    """

    units: UnitCache
    day_keys: DayKeys
    blobs: BlobStore
    sightings: Sightings
    room: Room


def _load_units() -> OpenUnits:
    return db.try_reading(lambda session: open_units(session, app_state().district))


def init_app(app: Flask) -> None:
    """Register the package on the application."""
    config = app.extensions["dengshao"].config
    app.extensions["dengshao.vault"] = Vault(
        units=UnitCache(_load_units),
        day_keys=DayKeys(),
        blobs=open_blobs(config.blobs_url, config.blobs_ca),
        sightings=Sightings(),
        room=Room(config),
    )


def vault() -> Vault:
    """Get the current application's vault."""
    found: Vault = current_app.extensions["dengshao.vault"]
    return found
