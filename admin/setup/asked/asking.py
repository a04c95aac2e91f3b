"""Asks the questions at a terminal, or takes all answers from a file and says what is wrong.

What the file or an interrupted setup answered is not asked again; what an earlier setup answered
stands there as the default. After each answer all of them are kept.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import click

from ..tries import try_step
from .answers import Answer, Answers, Row
from .checks import Refused
from .question import Kind, Question, Step
from .settling import settle, typed_row

CLEARED: Final = "-"
"""Typed in the place of a default that shall be none."""


class Faults(Exception):
    """What is missing or wrong, each in a line; there is nobody to ask."""

    def __init__(self, told: list[str]) -> None:
        super().__init__("\n".join(told))
        self.told = told


@dataclass
class Sitting:
    """One sitting: what is known before it, and what was answered in it."""

    given: Answers
    """Of a file of answers, or of a sitting that was interrupted: not asked."""
    former: Answers
    """Of an earlier setup: the defaults."""
    keep: Callable[[Answers], None] = lambda _answers: None
    answers: Answers = field(default_factory=dict)

    def ask(self, steps: Iterable[Step]) -> Answers:
        """Ask at the terminal what is not given."""
        listed = list(steps)
        for line in self._unknown(listed):
            click.secho(line, fg="red")
        for number, step in enumerate(listed, 1):
            click.secho(f"\n{number}/{len(listed)} {step.title}", bold=True)
            self._ask_step(step)
        return self.answers

    def take(self, steps: Iterable[Step]) -> Answers:
        """Take all from what is given, or was answered before. Raises `Faults` with all of them."""
        listed = list(steps)
        told = self._unknown(listed)
        for step in listed:
            wrong = self._take_step(step)
            told += wrong or self._fault_of_trial(step)
        if told:
            raise Faults(told)
        return self.answers

    def _unknown(self, steps: list[Step]) -> list[str]:
        """Name what is given and nobody asks: misspelt, it would else be missed elsewhere."""
        known = {question.key for step in steps for question in step.questions}
        return [f"{key}：没有这一项。" for key in self.given if key not in known]

    def _ask_step(self, step: Step) -> None:
        again: Answers | None = None
        while True:
            for question in step.questions:
                self._ask_one(question, again)
            try:
                if told := try_step(step.trial, self.answers):
                    click.echo(told)
                return
            except Refused as refused:
                click.secho(f"{refused}这几项再问一遍。", fg="red")
                again = dict(self.answers)

    def _ask_one(self, question: Question, again: Answers | None) -> None:
        """Ask one question. `again`: what was answered a moment ago, and did not work together."""
        self.answers.pop(question.key, None)
        if not question.is_asked(self.answers):
            return
        if again is None and question.key in self.given and self._took(question):
            return
        click.echo(f"\n{question.why}")
        before = {**self.former, **(again or {})}.get(question.key)
        while True:
            try:
                answer = settle(question, self._typed(question, before), self.answers)
                break
            except Refused as refused:
                click.secho(str(refused), fg="red")
        self._put(question.key, answer)

    def _took(self, question: Question) -> bool:
        try:
            answer = settle(question, self.given[question.key], self.answers)
        except Refused as refused:
            click.secho(f"{question.words}：{refused}", fg="red")
            return False
        self._put(question.key, answer)
        click.echo(f"{question.words}：{_shown(question, answer)}")
        return True

    def _put(self, key: str, answer: Answer) -> None:
        self.answers[key] = answer
        self.keep(self.answers)

    def _typed(self, question: Question, before: Answer | None) -> Answer:
        if question.kind in (Kind.ROWS, Kind.NAMES):
            return _typed_rows(question, before if isinstance(before, list) else None)
        usual = question.usual(self.answers) if before is None else _as_typed(before)
        if question.kind is Kind.SECRET:
            return _typed_secret(question, usual)
        if question.kind is Kind.CHOICE:
            return _typed_choice(question, usual)
        more = "（yes 或 no）" if question.kind is Kind.YES else ""
        typed = _line(f"{question.words}{more}", usual)
        return "" if question.may_lack and typed.strip() == CLEARED else typed

    def _take_step(self, step: Step) -> list[str]:
        told = []
        for question in step.questions:
            if question.is_asked(self.answers):
                try:
                    self.answers[question.key] = self._taken(question)
                except Refused as refused:
                    told.append(f"{question.key}（{question.words}）：{refused}")
        return told

    def _taken(self, question: Question) -> Answer:
        raw = self.given.get(question.key, self.former.get(question.key))
        if raw is None and (question.kind is Kind.CHOICE or not self._has_usual(question)):
            raise Refused("没有写。")
        return settle(question, question.usual(self.answers) if raw is None else raw, self.answers)

    def _has_usual(self, question: Question) -> bool:
        return question.may_lack or bool(question.usual(self.answers))

    def _fault_of_trial(self, step: Step) -> list[str]:
        try:
            try_step(step.trial, self.answers)
        except Refused as refused:
            return [f"{step.id}：{refused}"]
        return []


def _as_typed(before: Answer) -> str:
    if isinstance(before, bool):
        return "yes" if before else "no"
    return before if isinstance(before, str) else ""


def _shown(question: Question, answer: Answer) -> str:
    if question.kind is Kind.SECRET:
        return "（不显示）"
    if isinstance(answer, list):
        return "、".join(row["zh"] for row in answer)
    return question.choices.get(str(answer), _as_typed(answer)) or "（没有）"


def _line(words: str, usual: str) -> str:
    typed: str = click.prompt(words, default=usual, show_default=bool(usual), prompt_suffix="：")
    return typed


def _typed_secret(question: Question, usual: str) -> str:
    words = f"{question.words}（回车＝不变）" if usual else question.words
    typed: str = click.prompt(
        words, default="", show_default=False, hide_input=True, prompt_suffix="："
    )
    return typed or usual


def _typed_choice(question: Question, usual: str) -> str:
    names = list(question.choices)
    click.echo(question.words)
    for number, name in enumerate(names, 1):
        click.echo(f"  {number} {question.choices[name]}")
    return _line("写编号", str(names.index(usual) + 1) if usual in names else "")


def _typed_rows(question: Question, before: list[Row] | None) -> list[Row]:
    known = before or list(question.rows)
    if question.kind is Kind.NAMES:
        click.echo(f"{question.words}。一个一个来，可以写成「名字 | English」。")
        return [_typed_name(row) for row in known]
    click.echo(question.words)
    if known:
        click.echo(f"现在是：{'、'.join(row['zh'] for row in known)}。直接按回车就用这些。")
    typed: list[Row] = []
    while line := _line(f"第 {len(typed) + 1} 个", ""):
        typed.append(typed_row(line))
    return typed or known


def _typed_name(row: Row) -> Row:
    typed = typed_row(_line(row["id"], f"{row['zh']} | {row['en']}"))
    return {"id": row["id"], **typed}
