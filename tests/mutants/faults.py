"""Finds the places of a module at which a small fault can be put, and what it would be.

Words for people are left alone, as are annotations and whatever decides nothing: a test that held
them would hold the text of the code.
"""

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Each with the one that differs at the bound, or says the contrary.
_OTHER_COMPARE = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_CHINESE = re.compile("[\u3000-\u9fff\uff00-\uffef]")
_LOGS = {"debug", "info", "warning", "error", "exception", "log", "echo", "print", "secho"}
_WORDS = {"_", "_l", "N_", "gettext", "lazy_gettext", "ngettext", "cast", "TypeVar", "ParamSpec"}
_HELP = {"help", "epilog", "short_help", "message", "bind", "bound"}


@dataclass(frozen=True)
class Fault:
    """One change: what is replaced in the text of a module (bytes from, to), and by what."""

    line: int
    operator: str
    before: str
    after: str
    start: int
    end: int
    text: str

    def put_into(self, source: bytes) -> bytes:
        return source[: self.start] + self.text.encode() + source[self.end :]

    def compiles_in(self, source: bytes) -> bool:
        try:
            compile(self.put_into(source), "fault", "exec")
        except SyntaxError:
            return False
        return True


def faults_of(source: bytes) -> list[Fault]:
    """Return all faults that can be put into a module; some may not compile."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node, operator, new, told in _changes(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset - (operator == "decorator dropped")
        end = starts[node.end_lineno - 1] + node.end_col_offset
        text = _text_of(new)
        before, after = told or (ast.unparse(node), text.removeprefix("(").removesuffix(")"))
        found.append(Fault(node.lineno, operator, _short(before), _short(after), start, end, text))
    return found


def _text_of(new: ast.AST | str) -> str:
    if isinstance(new, str):
        return new
    # In brackets, so that it stays one piece wherever it stood.
    return f"({ast.unparse(new)})" if isinstance(new, ast.expr) else ast.unparse(new)


def _short(text: str) -> str:
    return " ".join(text.split())[:160]


def _changes(tree: ast.AST) -> Iterator[tuple]:
    """Yield (node, operator, what comes in its place, how the report tells both)."""
    for node in _walked(tree):
        for changes in _OPERATORS:
            for made in changes(node):
                yield made if len(made) == 4 else (*made, None)


def _walked(node: ast.AST, returns_bool: bool = False) -> Iterator[ast.AST]:
    """Yield what may be changed. A `return` is marked where its function answers yes or no."""
    if isinstance(node, ast.FunctionDef):
        returns_bool = isinstance(node.returns, ast.Name) and node.returns.id == "bool"
    node.returns_bool = returns_bool
    yield node
    if isinstance(node, ast.keyword):
        node.value.keyword = node.arg
    if isinstance(node, ast.Raise):
        # The act may be dropped, its words not be changed.
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_left_alone(child):
                yield from _walked(child, returns_bool)


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.JoinedStr():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case ast.Expr(value=ast.Call() as call) | (ast.Call() as call):
            return getattr(call.func, "id", getattr(call.func, "attr", "")) in _WORDS | _LOGS
        case ast.ClassDef(bases=[ast.Name(id="Protocol"), *_]):
            return True
        case ast.keyword(arg=name):
            return name in _HELP
        case ast.Constant(value=str() as text):
            return bool(_CHINESE.search(text))
    return False


def _of_choice(node: ast.AST) -> Iterator[tuple]:
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in _OTHER_COMPARE:
            new = copy.deepcopy(node)
            new.ops[0] = _OTHER_COMPARE[type(op)]()
            is_bound = isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE)
            yield node, "bound moved" if is_bound else "comparison turned", new
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield node, "and with or", ast.BoolOp(other, node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node, "not dropped", node.operand
        case ast.If(test=test) | ast.IfExp(test=test):
            yield test, "condition made true", ast.Constant(True)
            yield test, "condition made false", ast.Constant(False)
        case ast.While(test=test):
            yield test, "condition made false", ast.Constant(False)
        case ast.comprehension(ifs=[test, *_]):
            yield test, "condition made true", ast.Constant(True)
            yield test, "condition made false", ast.Constant(False)


def _of_value(node: ast.AST) -> Iterator[tuple]:
    match node:
        case ast.Constant(value=bool() as value):
            name = f"{node.keyword}=" if hasattr(node, "keyword") else ""
            told = f"{name}{value}", f"{name}{not value}"
            yield node, "constant turned", ast.Constant(not value), told
        case ast.Constant(value=int() as value):
            for new in (value + 1, value - 1):
                yield node, "number off by one", ast.Constant(new)
        case ast.Constant(value=str() | bytes() as value):
            more = b"x" if isinstance(value, bytes) else "x"
            yield node, "text changed", ast.Constant(value + more)
        case ast.BinOp(op=ast.Add() | ast.Sub() as op):
            other = ast.Sub() if isinstance(op, ast.Add) else ast.Add()
            yield node, "plus with minus", ast.BinOp(node.left, other, node.right)
        case ast.AugAssign(op=ast.Add() | ast.Sub() as op):
            other = ast.Sub() if isinstance(op, ast.Add) else ast.Add()
            yield node, "plus with minus", ast.AugAssign(node.target, other, node.value)


def _of_collection(node: ast.AST) -> Iterator[tuple]:
    """Drop each element by itself, and add one: a tuple that is only taken apart has none."""
    match node:
        case ast.Dict(keys=[_, *_]) if None not in node.keys:
            for place, key in enumerate(node.keys):
                new = ast.Dict(_without(node.keys, place), _without(node.values, place))
                yield node, "element dropped", new, (ast.unparse(key), "")
            new = ast.Dict([*node.keys, ast.Constant("x")], [*node.values, node.values[-1]])
            yield node, "element added", new, ("", "'x'")
        case ast.List() | ast.Tuple() | ast.Set() if node.elts and _is_list(node):
            for place, element in enumerate(node.elts):
                new = _with(node, _without(node.elts, place))
                yield node, "element dropped", new, (ast.unparse(element), "")
            last = node.elts[-1]
            more = ast.Constant("x") if isinstance(node, ast.Set) else last
            told = "", ast.unparse(more)
            yield node, "element added", _with(node, [*node.elts, more]), told


def _is_list(node: ast.List | ast.Tuple | ast.Set) -> bool:
    return not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del) and not getattr(
        node, "is_answer", False
    )


def _with(node: ast.AST, elements: list[ast.expr]) -> ast.AST:
    if isinstance(node, ast.Set):
        return ast.Set(elements) if elements else ast.parse("set()", mode="eval").body
    return type(node)(elements, ast.Load())


def _without(rows: list, place: int) -> list:
    return rows[:place] + rows[place + 1 :]


def _of_call(node: ast.AST) -> Iterator[tuple]:
    if not isinstance(node, ast.Call):
        return
    for place, keyword in enumerate(node.keywords):
        if keyword.arg and keyword.arg not in _HELP:
            new = ast.Call(node.func, node.args, _without(node.keywords, place))
            yield node, "keyword dropped", new, (ast.unparse(keyword), "")
    for place in range(len(node.args) - 1):
        one, other = node.args[place : place + 2]
        if not isinstance(one, ast.Starred) and not isinstance(other, ast.Starred):
            args = [*node.args[:place], other, one, *node.args[place + 2 :]]
            told = f"{ast.unparse(one)}, {ast.unparse(other)}", "exchanged"
            yield node, "arguments exchanged", ast.Call(node.func, args, node.keywords), told


def _of_statement(node: ast.AST) -> Iterator[tuple]:
    match node:
        case ast.Expr(value=ast.Call()):
            yield node, "call dropped", "pass"
        case ast.Raise():
            yield node, "raise dropped", "pass"
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            if isinstance(value, ast.Tuple):
                value.is_answer = True
            yield node, "nothing returned", "return None"
            if node.returns_bool:
                yield node, "answer turned", ast.Return(ast.UnaryOp(ast.Not(), value))


def _of_decorators(node: ast.AST) -> Iterator[tuple]:
    for decorator in getattr(node, "decorator_list", ()):
        if ast.unparse(decorator) not in ("property", "final", "overload"):
            yield decorator, "decorator dropped", "", (f"@{ast.unparse(decorator)}", "")


_OPERATORS = (_of_choice, _of_value, _of_collection, _of_call, _of_statement, _of_decorators)
