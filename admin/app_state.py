"""The state of one application: its configuration, its district's data, its keys."""

import hmac
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from flask import current_app, has_request_context, request
from sqlalchemy import select

from .config import Config
from .db import db
from .district.data import District
from .district.reloading import Kept
from .models import Setting
from .reading.languages import SOURCE, Language
from .wire.drafts import Drafts
from .wire.form_tokens import FormTokens
from .wire.upload_tokens import UploadTokens

Made = TypeVar("Made")


class AppState:
    """One application's configuration and data. Made by `create_app`."""

    def __init__(self, config: Config, kept: Kept) -> None:
        self.config = config
        self.kept = kept
        # As they are at the start: the addresses of the public rooms are made of them.
        self.languages = dict(kept.newest().languages)

    @property
    def district(self) -> District:
        """The district's data, as it was last read well; the keys as they are this moment."""
        return self.kept.newest()

    @district.setter
    def district(self, district: District) -> None:
        self.kept.district = district

    @cached_property
    def site_id(self) -> str:
        """16 hexadecimal characters, made at the first migration; part of every receipt."""
        row = select(Setting.value).where(Setting.name == "site_id")
        return db.reading.execute(row).scalar_one()

    @cached_property
    def tokens(self) -> FormTokens:
        """The tokens of public forms, signed with a key of their own."""
        return FormTokens(self.config.key("form token"))

    @cached_property
    def upload_tokens(self) -> UploadTokens:
        """The tickets of uploads, signed with a key of their own."""
        return UploadTokens(self.config.key("upload ticket"), self.config.key("upload keep"))

    @cached_property
    def drafts(self) -> Drafts:
        """The drafts that reporters' browsers keep, under keys of their own."""
        return Drafts(self.config.key("draft ticket"), self.config.key("draft keep"))

    def peppered(self, lookup: bytes) -> bytes:
        """Make what the database stores for a receipt's 16-byte lookup.

        The pepper stands in the secret file: the database alone gives nothing to guess at.
        """
        return hmac.digest(self.pepper, lookup, "sha256")

    @cached_property
    def pepper(self) -> bytes:
        """The key of `peppered`, from the secret file; in no table and no backup of tables."""
        return self.config.key("pepper")

    @cached_property
    def audit_key(self) -> bytes:
        """The key of the audit log's chain, from the secret file."""
        return self.config.key("audit")

    @cached_property
    def audit_sm3_key(self) -> bytes:
        """The key of the chain beside it, by SM3."""
        return self.config.key("audit sm3")


def app_state() -> AppState:
    """Return the current application's state."""
    found: AppState = current_app.extensions["dengshao"]
    return found


def made_of_district(name: str, make: Callable[[District], Made]) -> Made:
    """Return what this application keeps under a name, made anew once there are other data."""
    district, extensions = app_state().district, current_app.extensions
    kept: tuple[District, Made] | None = extensions.get(name)
    if kept is None or kept[0] is not district:
        kept = extensions[name] = district, make(district)
    return kept[1]


def page_language() -> str:
    """Tell the language of the page asked for, by its address: English lies under /en/."""
    if not has_request_context():
        return SOURCE
    code, slash, _rest = request.path[1:].partition("/")
    return code if slash and code != SOURCE and code in app_state().languages else SOURCE


def language() -> Language:
    """Return the language of the page asked for."""
    return app_state().languages[page_language()]
