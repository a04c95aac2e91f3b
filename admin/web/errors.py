"""Errors as pages: one sentence that says what to do, and never a word of what was sent."""

import sys
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from gunicorn.http.errors import ParseException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import (
    BadRequest,
    Conflict,
    HTTPException,
    RequestEntityTooLarge,
    ServiceUnavailable,
)

from ..db.faults import is_passing
from ..db.logins import is_desk_path
from ..logs import describe, quiet_flask_log
from ..shutters.shut import Closed
from ..wire.fields import Malformed, TooLong
from .typed import given_back

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SENTENCES = {
    400: _l("页面放得太久，或者内容没有传全。请返回上一页，再试一次。"),
    401: _l("登录已经结束。请在另一个窗口重新登录，写好的字不会丢。"),
    403: _l("您没有权限做这件事。需要的话，请找本单位负责人。"),
    404: _l("没有这个页面。请从首页重新进入。"),
    405: _l("这个地址不能这样打开。请从首页重新进入。"),
    409: _l("别人刚刚动过这条线索。请看一下最新情况，再决定。"),
    413: _l("内容太长。请删减一些，或者分几次写。"),
    415: _l("现在还不能上传文件。请只写文字。"),
    421: _l("这个地址不能这样打开。请从首页重新进入。"),
    422: _l("有几处需要改一下。"),
    429: _l("试得太快了。请等一会儿再试。"),
    500: _l("系统出了问题，不是您的错。请稍后再试。有危险请打 110。"),
    503: _l("系统正忙。请等一分钟再试。有危险请打 110。"),
}


_WAIT_SECONDS: Final = 60
_LAST_WORDS: Final = "系统出了问题，不是您的错。请稍后再试。有危险请打 110。"
_BARE: Final = "<!doctype html><meta charset=utf-8><title>!</title><p>{}\n"


class QuietFlask(Flask):
    """A Flask that logs where an exception came from and never what it held."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None] | None,
        **_extra: Any,
    ) -> None:
        _kind, error, trace = exc_info or sys.exc_info()
        self.logger.error("%s", describe(error, trace))

    def do_teardown_request(self, *args: Any, **kwargs: Any) -> None:
        """Send the answer that was made, though tidying up after it fails: the tip is stored."""
        try:
            super().do_teardown_request(*args, **kwargs)
        except Exception:
            if self.testing:
                raise
            self.log_exception(None)

    def wsgi_app(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer even where Flask gives up: at an error before or while it makes an answer."""
        try:
            return super().wsgi_app(environ, start_response)
        except Exception:
            if self.testing:
                raise
            self.log_exception(None)
            # No language is known here any more: the Chinese words, as they stand in the source.
            page = _BARE.format(_LAST_WORDS).encode()
            headers = [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(page))),
                ("Cache-Control", "no-store, no-transform"),
                ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            ]
            start_response("500 Internal Server Error", headers)
            return [page]


def init_errors(app: Flask) -> None:
    """Answer every error with a page of ours."""
    quiet_flask_log()
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(DBAPIError, _answer_fault)
    app.register_error_handler(PoolTimeout, _answer_fault)
    app.register_error_handler(StaleDataError, lambda _error: _answer(Conflict()))
    app.register_error_handler(Closed, lambda _error: _answer(ServiceUnavailable()))
    app.register_error_handler(Malformed, lambda _error: _answer(BadRequest()))
    app.register_error_handler(TooLong, lambda _error: _answer(RequestEntityTooLarge()))
    # A body whose chunks are not as they say; met where a view reads it.
    app.register_error_handler(ParseException, lambda _error: _answer(BadRequest()))


def _answer_fault(error: DBAPIError | PoolTimeout) -> Response:
    """Tell of a database that is away, failing over or stuck: in a minute it may be good."""
    if not is_passing(error):
        raise error
    current_app.log_exception(sys.exc_info())
    response = _answer(ServiceUnavailable())
    response.headers["Retry-After"] = str(_WAIT_SECONDS)
    return response


def _answer(error: HTTPException) -> Response:
    code = error.code or 500
    if error.response is not None:
        return make_response(error.response)
    sentence = SENTENCES.get(code, SENTENCES[500 if code >= 500 else 400])
    if request.accept_mimetypes.best == "application/json":
        response = jsonify(error=str(sentence))
    else:
        response = make_response(_page(code, str(sentence)))
    response.status_code = code
    return response


def _page(code: int, sentence: str) -> str:
    """Render the error page; where even that fails, fall back to bare words."""
    title = _("出了点问题")
    try:
        return render_template(
            "errors/error.html",
            code=code,
            sentence=sentence,
            title=title,
            on_desk=is_desk_path(request.path),
            # Of a database that is away; any other refusal has a page of its own, or needs none.
            fields=given_back() if code == ServiceUnavailable.code else [],
        )
    except Exception:
        current_app.log_exception(sys.exc_info())
        return _BARE.format(sentence)
