"""The profile's answers come from the rules in force, and a figure can come from nowhere else."""

from datetime import date

import pytest

from policy import PolicyError
from policy.profile import profile, questions

TODAY = date(2026, 11, 23)
SECTIONS = '[sections]\n1 = "One"\n\n[words]\n{words}\n'
QUESTION = '\n[[question]]\nid = "{id}"\nasked = "what"\n{rest}\n'

ANSWERS = {
    "Q2.1": "To the age of 18 years",
    "Q3.1": "15 years from",
    "Q4.2": "12% a year from the judgment, compounded yearly",
    "Q5.2": "99% or more",
    "Q5.4": "within 10 months",
    "Q5.12": "1 where paternity is set for all; 2 where",
    "Q6.4": "before the child is 2 years old",
    "Q7.3": "$1.00 for each payment",
    "Q7.5.1": "after 14 business days from mailing",
    "Q7.6": "7 business days",
    "Q7.7": "Up to $500.00, or up to 1 year",
    "Q7.10": "within 10 calendar days",
    "Q7.14": "Child; medical; spousal.",
    "Q8.3": "State arrears first (PRWORA).",
    "Q9.8": "Yes; unassigned arrears of $500.00 and assigned of $150.00, each also 1.5 times",
    "Q9.17": "Arrears of 1 month's support",
    "Q9.22": "35 calendar days.",
    "Q9.24": "100%",
    "Q9.25": "Within 20 calendar days",
    "Q9.27": "Arrears of 6 months' support",
    "Q10.3": "15% up or down, measured against the current amount ordered",
    "Q10.4.1": "Yes.",
    "Q10.4.5": "No.",
    "Q12.3": "$35.00 after the first $550.00: retained from support.",
    "Q12.3.1": "Yes.",
    "Q12.3.4": "No.",
    "Q13.2": "Arrears of $500.00",
    "Q16.1": "$0.00",
}


@pytest.fixture
def answers(kentucky):
    return {answer.question.id: answer for answer in profile(kentucky, TODAY)}


def test_every_question_is_answered_or_says_why_not(answers):
    assert len(answers) == 176
    unanswered = {name for name, answer in answers.items() if answer.text is None}
    assert unanswered == {
        "Q1.1", "Q5.9.1", "Q5.11", "Q9.4", "Q9.5", "Q9.6", "Q12.1.1", "Q21.1.1",
    }  # fmt: skip
    for answer in answers.values():
        assert (answer.text is None) == (not answer.rules) == (not answer.citations)
        assert (answer.text is None) == (answer.why_not is not None)


@pytest.mark.parametrize("question_id", ANSWERS)
def test_answers_say_what_the_certified_profile_says(answers, question_id):
    assert ANSWERS[question_id] in answers[question_id].text


def test_answers_and_citations_follow_the_day(kentucky):
    def on(day):
        return {answer.question.id: answer for answer in profile(kentucky, day)}

    before, since = on(date(2025, 6, 30)), on(date(2025, 7, 1))
    assert before["Q1.2"].text == "Division of Child Support Enforcement."
    assert since["Q1.2"].text == "Office of the Attorney General."
    assert "KRS 205.745(1)" in before["Q9.36"].citations
    assert "KRS 15.820(1)" in since["Q9.36"].citations
    old = on(date(1999, 1, 1))["Q7.10"]
    assert old.text is None
    assert "withholding.contest is not in force on 1999-01-01" in old.why_not


def write(world, *rests, words="", question_id="Q1.1"):
    text = SECTIONS.format(words=words)
    world.write(
        "pretend/profile.toml",
        text + "".join(QUESTION.format(id=question_id, rest=rest) for rest in rests),
    )


def test_a_changed_rule_changes_the_answer(world, rule):
    world.write_rules(
        rule("pt.way", unit="code", value='"by_post"'),
        rule("pt.ways", unit="codes", value='["by_post", "by_hand"]', confidence="unverified"),
    )
    write(world, 'answer = "{fee.annual}; {way}, {ways}; {ways?by_hand}, {ways!by_hand}"',
          words='by_post = "by mail"')  # fmt: skip
    (answer,) = profile(world.load(), TODAY)
    assert answer.text == "$1.00; by mail, by mail, by hand; yes, no."
    assert answer.rules == ("us.fee.annual", "pt.way", "pt.ways")
    assert answer.unverified


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("", "needs an answer, or unanswered with the reason"),
        ('answer = "{fee.annual}"\nunanswered = "left_blank"', "needs an answer, or unanswered"),
        ('unanswered = "tired"', "unknown unanswered 'tired'; known: organisation"),
        ('answer = "yes"', "expected places such as {fee.annual}"),
        ('answer = "{fee.annual} {"', "expected places such as"),
        ('answer = "{fee.annual} in 30 days"', "a figure stands in the answer"),
        ('answer = "{fee.yearly}"', "no rule has the id 'fee.yearly'"),
        ('answer = "{fee.annual:step}"', "us.fee.annual is not a table"),
        ('answer = "{fee.annual?code}"', "us.fee.annual has no list of codes"),
        ('reply = "{fee.annual}"', "unknown key 'reply'"),
    ],
)
def test_bad_question_is_refused(world, rest, message):
    write(world, rest)
    with pytest.raises(PolicyError) as error:
        questions(world.load())
    assert message in str(error.value)
    assert "pretend/profile.toml: Q1.1" in str(error.value)


@pytest.mark.parametrize(
    ("question_id", "message"),
    [("1.1", "id must be a section and number"), ("Q2.1", "there is no section for Q2.1")],
)
def test_bad_question_id_is_refused(world, question_id, message):
    write(world, 'answer = "{fee.annual}"', question_id=question_id)
    with pytest.raises(PolicyError, match=message):
        questions(world.load())


def test_a_question_may_not_stand_twice(world):
    write(world, 'answer = "{fee.annual}"', 'answer = "{fee.annual}"')
    with pytest.raises(PolicyError, match="the question is there twice"):
        questions(world.load())


def test_a_state_without_a_profile_says_which_file_is_missing(world):
    with pytest.raises(PolicyError, match=r"pretend/profile\.toml: file: there is no such file"):
        profile(world.load(), TODAY)
