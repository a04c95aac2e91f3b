"""The blueprint on which the desk's pages of the queue and of a tip hang."""

from flask import Blueprint, Response
from werkzeug.wrappers import Response as BaseResponse

from .answers import init_answers

Answer = str | Response | BaseResponse | tuple[Response | str, int]

bp = Blueprint("desk", __name__, url_prefix="/desk")
init_answers(bp)
