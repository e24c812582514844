"""A few questions that place a new customer: a multinomial logit that fits on a form.

Every question has a handful of answers, and every answer a weight for each persona; the weights of the answers given
are added up and turned into probabilities. A question that is not answered adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Literal

import numpy as np

from personas.errors import InputError, Problem, did_you_mean
from personas.estimates import Estimate, Frozen
from personas.numerals import GAP, Numerals, percent


class Answer(Frozen):
    """One answer of a question.

    values : the words of the data that count as it; low, high : for a number, the band ``[low, high)``, None = open
    weights : what it adds to each persona's score, in the order of the tool's personas
    """

    label: str
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    weights: tuple[float, ...]

    def fits(self, value: float) -> bool:
        """Say whether a number lies in the band."""
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)


class Question(Frozen):
    """One question. asked : True if a customer can be asked it, False if it is read from purchases or contacts.

    meaning : how it is worked out, "" where it is asked; unit : of a number, as in the customer table
    """

    feature: str
    label: str
    meaning: str
    kind: Literal["number", "category"]
    unit: str = ""
    asked: bool
    answers: tuple[Answer, ...]


class PersonaName(Frozen):
    id: str
    name: str


class TypingTool(Frozen):
    """The questions with their weights and their honest accuracy. Written to ``typing_tool.json``.

    offered : False where the questions do not beat the largest persona clearly; `why` says so, `questions` is empty
    accuracy : share of customers placed right, in nested cross-validation (questions chosen anew without them)
    baseline : share placed right by always naming the largest persona; gain : accuracy less baseline, same customers
    found : per persona, the share of its customers that is placed right
    """

    schema_version: Literal["1.0"] = "1.0"
    offered: bool
    why: str
    personas: tuple[PersonaName, ...]
    intercepts: tuple[float, ...] = ()
    questions: tuple[Question, ...] = ()
    accuracy: Estimate | None = None
    baseline: float | None = None
    gain: Estimate | None = None
    found: tuple[Estimate, ...] = ()
    customers: int = 0
    folds: int = 0
    seed: int = 0

    def _repr_html_(self) -> str:
        """The questions with their answers, and how far to trust them."""
        rows = "".join(
            f"<tr><td>{escape(q.label)}</td><td>{escape(' | '.join(a.label for a in q.answers))}</td>"
            f"<td>{'asked' if q.asked else 'from records'}</td></tr>"
            for q in self.questions
        )
        table = f"<table><tr><th>question</th><th>answers</th><th>source</th></tr>{rows}</table>" if rows else ""
        return f"<p>{escape(self.why)}</p>{table}"

    def __str__(self) -> str:
        return "\n".join([self.why, *(f"{q.label}: {' | '.join(a.label for a in q.answers)}" for q in self.questions)])

    __repr__ = __str__


def place(tool: TypingTool, answers: Mapping[str, Any]) -> dict[str, float]:
    """Give the probability of each persona, by its id, for a customer who answered.

    answers : question's feature → the answer's label, a word of the data, or for a number the number itself;
        None or left out means not known
    Raises InputError for every question or answer that the tool does not have, and where no tool is offered.

    >>> {persona: round(share, 2) for persona, share in place(tool, {"town": "centre", "age": 28}).items()}
    {'P1': 0.96, 'P2': 0.04}
    """
    if not tool.offered:
        raise InputError([Problem("typing tool", "none", "one that beats naming the largest persona", tool.why)])
    questions = {question.feature: question for question in tool.questions}
    problems, score = [], np.array(tool.intercepts, float)
    for feature, given in answers.items():
        if feature not in questions:
            problems.append(
                Problem(f"answer {feature}", "no such question", fix=did_you_mean(feature, list(questions)))
            )
        elif _known(given):
            answer = answer_of(questions[feature], given)
            if answer is None:
                labels = [a.label for a in questions[feature].answers]
                problems.append(
                    Problem(f"answer {feature}", f'"{given}"', " | ".join(labels), did_you_mean(str(given), labels))
                )
            else:
                score += np.array(answer.weights)
    if problems:
        raise InputError(problems)
    odds = np.exp(score - score.max())
    return dict(zip((p.id for p in tool.personas), (odds / odds.sum()).round(6).tolist(), strict=True))


def _known(given: Any) -> bool:
    return given is not None and given == given and given != ""


def answer_of(question: Question, given: Any) -> Answer | None:
    """Find the answer that a label, a word of the data or a number stands for; None where there is none."""
    for answer in question.answers:
        if given == answer.label or (question.kind == "category" and str(given) in answer.values):
            return answer
    if question.kind != "number":
        return None
    try:
        number = float(given)
    except (TypeError, ValueError):
        return None
    return next((answer for answer in question.answers if answer.fits(number)), None)


def say_accuracy(accuracy: Estimate, baseline: float, questions: int, offered: bool) -> str:
    """Say how good the questions are, and what would be right without any."""
    many = f"{questions} question{'s' if questions != 1 else ''}"
    found = (
        f"{many} place {Numerals().say(accuracy)} of customers right who had no part in choosing them; always naming "
        f"the largest persona is right for {percent(baseline)}."
    ).replace(GAP, " ")
    if offered:
        return found
    return f"No short questionnaire is offered. The best found: {found} That is not clearly better."
