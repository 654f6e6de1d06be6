"""A policy folder with any fault does not load, and the message says where and what."""

import pytest

from policy import PolicyError

BAD_RULES = {
    "missing citation": ({"authority": None}, "missing citation (authority)"),
    "empty citation": ({"authority": " "}, "citation (authority) must be a text that is not empty"),
    "missing key": ({"effective_from": None}, "missing effective_from"),
    "unknown key": ({"amout": "1"}, "unknown key 'amout'"),
    "unknown unit": ({"unit": "dollars"}, "unknown unit 'dollars'; known: cents, percent"),
    "unknown confidence": ({"confidence": "sure"}, "unknown confidence 'sure'"),
    "float as cents": ({"value": "1.5"}, "value in cents: expected a whole number"),
    "negative cents": ({"value": "-1"}, "value in cents: expected a whole number"),
    "true as cents": ({"value": "true"}, "value in cents: expected a whole number"),
    "float as percent": ({"unit": "percent", "value": "20.5"}, "expected a quoted string"),
    "percent in words": (
        {"unit": "percent", "value": '"ten"'},
        "value in percent: expected an exact decimal such as \"20.5\", read 'ten'",
    ),
    "date with time": (
        {"unit": "date", "value": "2025-07-01T00:00:00"},
        "value in date: expected a date such as 2025-07-01",
    ),
    "code not allowed": (
        {"unit": "code", "value": '"c"', "allowed": '["a", "b"]'},
        "value 'c' is not one of the allowed a, b",
    ),
    "empty list of codes": ({"unit": "codes", "value": "[]"}, "expected a list of different codes"),
    "code twice in a list": (
        {"unit": "codes", "value": '["a", "a"]'},
        "expected a list of different codes",
    ),
    "number in a list of codes": ({"unit": "codes", "value": "[1]"}, "a list of codes in quotes"),
    "blank in a code": ({"unit": "codes", "value": '["a b"]'}, "a code of letters, digits and _"),
    "float as factor": ({"unit": "factor", "value": "1.5"}, "expected a quoted string"),
    "days without calendar": (
        {"unit": "business_days"},
        "business_days, and only they, must name their calendar",
    ),
    "unknown calendar": (
        {"unit": "business_days", "calendar": "moon"},
        "unknown calendar 'moon'",
    ),
    "empty period": (
        {"effective_to": "2020-01-01"},
        "the period 2020-01-01 to 2020-01-01 is empty",
    ),
    "succeeds nothing": ({"succeeds": "us.other"}, "could only succeed us.test.rule"),
}


@pytest.mark.parametrize("fault", BAD_RULES)
def test_bad_rule_is_refused_by_name(world, rule, fault):
    changes, message = BAD_RULES[fault]
    world.write_rules(rule("pt.test.rule", **changes))
    with pytest.raises(PolicyError) as error:
        world.load()
    assert message in str(error.value)
    assert "pt.test.rule" in str(error.value)
    assert str(error.value).startswith("pretend")


def test_overlap_and_gap_between_dated_rows_are_refused(world, rule):
    first = rule("pt.test.rule", effective_to="2021-01-01")
    world.write_rules(first, rule("pt.test.rule", effective_from="2020-12-31"))
    with pytest.raises(
        PolicyError, match=r"rules\.toml: pt\.test\.rule: 2020-01-01 to 2021-01-01 "
    ):
        world.load()
    world.write_rules(first, rule("pt.test.rule", effective_from="2021-01-02"))
    with pytest.raises(PolicyError, match="gap between 2020-01-01 to 2021-01-01 and 2021-01-02"):
        world.load()
    world.write_rules(rule("pt.test.rule"), rule("pt.test.rule", effective_from="2022-01-01"))
    with pytest.raises(PolicyError, match="2020-01-01 to no end and 2022-01-01 to no end overlap"):
        world.load()


def test_state_stands_over_federal_only_where_it_says_so(world, rule):
    world.write_rules(rule("pt.fee.annual"))
    with pytest.raises(PolicyError, match=r"stands over us\.fee\.annual without saying so"):
        world.load()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rule = 1", "rule must be written as"),
        ("[[rules]]", "unknown key 'rules'; known: calendar, rule, table"),
        ("[[rule]]\nid = 'pt.x'", "pretend/rules.toml: pt.x: missing title"),
        ("[[rule]]\ntitle = 'x'", "pretend/rules.toml: rule 1: missing id"),
        ("[[rule]", "is not TOML"),
    ],
)
def test_bad_file_is_refused(world, text, message):
    world.write("pretend/rules.toml", text)
    with pytest.raises(PolicyError) as error:
        world.load()
    assert message in str(error.value)


@pytest.mark.parametrize("rule_id", ["us.test.rule", "pt.Test", "pt"])
def test_id_outside_the_jurisdiction_or_out_of_shape_is_refused(world, rule, rule_id):
    world.write_rules(rule(rule_id))
    with pytest.raises(PolicyError, match="id must be"):
        world.load()


TABLE = """
[[table]]
id = "pt.table"
title = "t"
file = "table.csv"
key = ["step"]
effective_from = 2020-01-01
authority = "42 USC 2"
source = "s"
confidence = "secondary"
columns = { step = "count", share = "percent?", citation = "text" }
"""


@pytest.mark.parametrize(
    ("csv", "message"),
    [
        (None, "table.csv: pt.table: there is no such file"),
        ("step,share\n", "expected the columns ['step', 'share', 'citation']"),
        ("step,share,citation\n", "the table has no rows"),
        ("step,share,citation\n1,5\n", "table.csv: line 2: expected 3 cells"),
        ("step,share,citation\n1,5,x,y\n", "table.csv: line 2: expected 3 cells"),
        ("step,share,citation\none,5,x\n", "line 2: step: expected a whole number"),
        ("step,share,citation\n1,5,\n", "line 2: missing citation"),
        ("step,share,citation\n1,5,x\n1,,y\n", "line 3: the row pt.table.1 is there twice"),
    ],
)
def test_bad_table_is_refused_by_line(world, csv, message):
    world.write("pretend/rules.toml", TABLE)
    if csv is not None:
        world.write("pretend/table.csv", csv)
    with pytest.raises(PolicyError) as error:
        world.load()
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"count"', '"number"', "column step: unknown kind 'number'"),
        ('["step"]', '["stage"]', "key must name columns of the table"),
        ("pt.table", "pt.fee.annual", "stands over us.fee.annual"),
    ],
)
def test_bad_table_header_is_refused(world, old, new, message):
    if "fee" in new:
        world.write("federal/rules.toml", TABLE.replace("pt.table", "us.fee.annual"))
        world.write("federal/table.csv", "step,share,citation\n1,5,x\n")
    world.write("pretend/rules.toml", TABLE.replace(old, new))
    world.write("pretend/table.csv", "step,share,citation\n1,5,x\n")
    with pytest.raises(PolicyError) as error:
        world.load()
    assert message in str(error.value)


def test_same_id_for_a_rule_and_a_table_is_refused(world, rule):
    world.write("pretend/rules.toml", TABLE + rule("pt.table"))
    world.write("pretend/table.csv", "step,share,citation\n1,5,x\n")
    with pytest.raises(PolicyError, match="id is used for two kinds of entry"):
        world.load()


HOLIDAYS = (
    "holiday,kind,month,day,weekday,nth,offset_days,every_years,on_date,first_date,last_date,"
    "half_day,citation,confidence,note\n"
)
CALENDAR = """
[[calendar]]
id = "pt.calendar.offices"
title = "t"
file = "days.csv"
saturday_moves_to = "friday"
sunday_moves_to = "monday"
half_days_count = true
effective_from = 2020-01-01
authority = "a"
source = "s"
confidence = "secondary"
"""


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,moon,1,1,,,,,,,,no,c,secondary,", "pt.calendar.offices.a: unknown kind 'moon'"),
        ("a,fixed,1,,,,,,,,,no,c,secondary,", "fixed needs day"),
        ("a,fixed,2,30,,,,,,,,no,c,secondary,", "day is out of range for month"),
        ("a,weekday,1,,funday,1,,,,,,no,c,secondary,", "expected weekday as a day's name"),
        ("a,weekday,1,,monday,5,,,,,,no,c,secondary,", "nth as 1, 2, 3, 4 or last"),
        ("a,easter,,,,,x,,,,,no,c,secondary,", "offset_days: expected a whole number"),
        ("a,fixed,1,1,,,,0,,,,no,c,secondary,", "every_years must be 1 or more"),
        ("a,fixed,1,1,,,,,,,,no,c,sure,", "'sure' is not a valid Confidence"),
    ],
)
def test_bad_holiday_is_refused(world, row, message):
    world.write("pretend/rules.toml", CALENDAR)
    world.write("pretend/days.csv", HOLIDAYS + row + "\n")
    with pytest.raises(PolicyError) as error:
        world.load()
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[words]\n[text."pt.x"]\nparent = "a"\nworker = "b"\n', "pt.x: missing auditor"),
        (
            '[words]\n[text."pt.x"]\nparent = "{a.b}"\nworker = "b"\nauditor = "c"\n',
            "pt.x: {a.b} is not a plain name",
        ),
        (
            '[words]\n[text."pt.x"]\nparent = "{a"\nworker = "b"\nauditor = "c"\n',
            "pt.x: a brace without its partner",
        ),
        (
            '[words]\n[text."pt.x"]\nparent = "a [b"\nworker = "b"\nauditor = "c"\n',
            "pt.x: a bracket without its partner",
        ),
    ],
)
def test_bad_wording_is_refused(world, text, message):
    world.write("pretend/texts.toml", text)
    with pytest.raises(PolicyError) as error:
        world.load()
    assert message in str(error.value)
