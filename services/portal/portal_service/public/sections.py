"""The pages of the application: what each asks, and where in the application it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from web.i18n import N_

Choices = Sequence[tuple[str, str]]

TEXT, DAY, PHONE, EMAIL, SSN, STATE, ZIP = "text", "day", "phone", "email", "ssn", "state", "zip"
RADIOS, SELECT, FLAG, AREA, CENTS, COUNTY = "radios", "select", "flag", "area", "cents", "county"


@dataclass(frozen=True, slots=True)
class Field:
    """A question. `name` is that of the section's field; those of an address begin `address.`."""

    name: str
    kind: str
    label: str
    hint: str = ""
    required: bool = False
    choices: Choices = ()

    @property
    def id(self) -> str:
        """Return the name in the form."""
        return self.name.replace(".", "_")


@dataclass(frozen=True, slots=True)
class Section:
    """A page of questions. `part` names the section of the application that it is saved in."""

    path: str
    part: str
    title: str
    fields: Sequence[Field]
    intro: str = ""
    many: bool = False
    """True when there can be several: the page is of one of them."""
    optional: bool = False


SEXES: Final[Choices] = (("female", N_("Female")), ("male", N_("Male")), ("other", N_("Other")))
_NUMBER = N_("Nine digits. It helps us to find people and payments. We never show it again.")
_NAMES = (
    Field("first_name", TEXT, N_("First name"), required=True),
    Field("last_name", TEXT, N_("Last name"), required=True),
)
_RELATIONSHIPS: Choices = (
    ("APPLICANT_RELATIONSHIP_PARENT_WITH_CHILD", N_("A parent; the children live with me")),
    (
        "APPLICANT_RELATIONSHIP_PARENT_WITHOUT_CHILD",
        N_("A parent; the children do not live with me"),
    ),
    ("APPLICANT_RELATIONSHIP_CARETAKER", N_("Not a parent; the children live with me")),
)
_PATERNITY: Choices = (
    ("PATERNITY_STANDING_ESTABLISHED", N_("Yes: by marriage, a signed paper, or a court")),
    ("PATERNITY_STANDING_NOT_ESTABLISHED", N_("No")),
    ("PATERNITY_STANDING_UNKNOWN", N_("I do not know")),
)
_MARRIED: Choices = (
    ("PARENTS_MARRIED_NEVER", N_("We were never married")),
    ("PARENTS_MARRIED_MARRIED", N_("We are married")),
    ("PARENTS_MARRIED_SEPARATED", N_("We are married and live apart")),
    ("PARENTS_MARRIED_DIVORCED", N_("We are divorced")),
)

YOU = Section(
    "you",
    "applicant",
    N_("About you"),
    (
        *_NAMES,
        Field("birth_date", DAY, N_("Your date of birth"), required=True),
        Field("ssn", SSN, N_("Your Social Security number"), _NUMBER),
        Field("sex", SELECT, N_("Your sex"), choices=SEXES),
        Field(
            "relationship",
            RADIOS,
            N_("What are you to the children?"),
            required=True,
            choices=_RELATIONSHIPS,
        ),
    ),
)
HOME = Section(
    "home",
    "applicant",
    N_("Where we reach you"),
    (
        Field("address.line1", TEXT, N_("Street and number"), required=True),
        Field("address.line2", TEXT, N_("Apartment or unit")),
        Field("address.city", TEXT, N_("City"), required=True),
        Field("address.state", STATE, N_("State, two letters"), required=True),
        Field("address.zip_code", ZIP, N_("ZIP code"), required=True),
        Field(
            "county_fips",
            COUNTY,
            N_("Your county in Kentucky"),
            N_("The office of this county will work with you."),
            required=True,
        ),
        Field("phone", PHONE, N_("Telephone")),
        Field("email", EMAIL, N_("E-mail")),
    ),
    intro=N_(
        "If you say on the page about safety that you are in danger, the other parent is not told"
        " where you are."
    ),
)
OTHERS = Section(
    "other",
    "other_parents",
    N_("The other parent"),
    (
        *_NAMES,
        Field("birth_date", DAY, N_("Date of birth")),
        Field("ssn", SSN, N_("Social Security number"), _NUMBER),
        Field("sex", SELECT, N_("Sex"), choices=SEXES),
        Field(
            "alleged_father",
            FLAG,
            N_("He may be the father, but it is not certain"),
        ),
        Field("address.line1", TEXT, N_("Street and number")),
        Field("address.city", TEXT, N_("City")),
        Field("address.state", STATE, N_("State, two letters")),
        Field("address.zip_code", ZIP, N_("ZIP code")),
        Field("phone", PHONE, N_("Telephone")),
        Field("employer", TEXT, N_("Works for")),
        Field("employer_phone", PHONE, N_("The employer's telephone")),
        Field("incarcerated", FLAG, N_("Is in prison or jail")),
        Field(
            "remarks",
            AREA,
            N_("What else helps us to find this person"),
            N_("For example relatives, a car, where this person goes."),
        ),
    ),
    intro=N_("Tell us what you know. Only the name is needed."),
    many=True,
)
CHILDREN = Section(
    "children",
    "children",
    N_("The children"),
    (
        *_NAMES,
        Field("birth_date", DAY, N_("Date of birth"), required=True),
        Field("ssn", SSN, N_("Social Security number"), _NUMBER),
        Field("sex", SELECT, N_("Sex"), choices=SEXES),
        Field("birth_state", STATE, N_("Born in which State, two letters")),
        Field("lives_with_applicant", FLAG, N_("Lives with me")),
        Field(
            "paternity",
            RADIOS,
            N_("Is it settled by law who the father is?"),
            choices=_PATERNITY,
        ),
    ),
    many=True,
)
FAMILY = Section(
    "marriage",
    "marriage",
    N_("Marriage"),
    (
        Field(
            "married",
            RADIOS,
            N_("Are or were you and the other parent married?"),
            choices=_MARRIED,
        ),
        Field("married_on", DAY, N_("Day of the marriage")),
        Field("separated_on", DAY, N_("Day you began to live apart")),
        Field("divorced_on", DAY, N_("Day of the divorce")),
    ),
    optional=True,
)
ORDERS = Section(
    "orders",
    "orders",
    N_("Orders there are already"),
    (
        Field("court", TEXT, N_("Court and its county"), required=True),
        Field("court_number", TEXT, N_("Number of the court's case")),
        Field("state", STATE, N_("State, two letters")),
        Field("entered_on", DAY, N_("Day of the order")),
        Field("monthly_cents", CENTS, N_("Support it sets, a month")),
    ),
    many=True,
    optional=True,
)
WORK = Section(
    "work",
    "employments",
    N_("Your work"),
    (
        Field("employer", TEXT, N_("Who you work for"), required=True),
        Field("phone", PHONE, N_("The employer's telephone")),
        Field("since", DAY, N_("Since when")),
        Field("monthly_income_cents", CENTS, N_("Income before taxes, a month")),
    ),
    many=True,
    optional=True,
)
SAFETY = Section(
    "safety",
    "safety",
    N_("Your safety"),
    (
        Field(
            "in_danger",
            RADIOS,
            N_("Are you afraid that somebody will hurt you or a child?"),
            required=True,
            choices=(("yes", N_("Yes")), ("no", N_("No"))),
        ),
        Field("protective_order", FLAG, N_("There is a protective order")),
        Field("details", AREA, N_("Tell us what we should know")),
    ),
    intro=N_(
        "If you are in danger, we keep where you and the children are from the other parent."
        " You can leave this site at any time with the red button above."
    ),
)
SECTIONS: Final = (YOU, HOME, OTHERS, CHILDREN, SAFETY, FAMILY, ORDERS, WORK)
BY_PATH: Final = {one.path: one for one in SECTIONS}


def of_gap(field: str) -> str:
    """Return the page that mends what an application lacks; "sign" for the signature."""
    part = field.partition(".")[0].partition("[")[0]
    if part == "applicant":
        at_home = ("applicant.address", "applicant.county_fips")
        return HOME.path if field.startswith(at_home) else YOU.path
    return next((one.path for one in SECTIONS if one.part == part), "sign")
