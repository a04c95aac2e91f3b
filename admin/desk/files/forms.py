"""The form by which the desk's browser tells that a copy of a file leaves."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired, Regexp

from .services import Leaving

_MALFORMED = _l("文件的编号或校验值不对。请刷新页面。")


class LeavingForm(FlaskForm):  # type: ignore[misc]
    """Which file, in what form, and its hash. Never a name: that stands in the sealed words."""

    blob = StringField("", [InputRequired(_MALFORMED), Regexp(r"^[0-9a-f]{32}\Z", 0, _MALFORMED)])
    what = StringField("", [AnyOf([str(one) for one in Leaving], message=_MALFORMED)])
    sha256 = StringField("", [InputRequired(_MALFORMED), Regexp(r"^[0-9a-f]{64}\Z", 0, _MALFORMED)])

    def told(self) -> dict[str, Any]:
        """Give what a form that was validated says."""
        return {
            "blob": self.blob.data,
            "what": Leaving(self.what.data or ""),
            "sha256": self.sha256.data,
        }
