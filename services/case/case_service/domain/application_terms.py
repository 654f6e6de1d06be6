"""What an applicant is told before he signs (45 CFR 303.2(a)(2), 302.33; 921 KAR 1:380).

Figures come from the policy; the words are ours.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from policy import Policy

EN, ES = 0, 1
LANGUAGES = {"": EN, "en": EN, "es": ES}
_VERSION_CHARS = 16

Words = tuple[tuple[str, str], tuple[str, str]]
"""Title and text, each in English and Spanish."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the terms, and the rule that it states."""

    title: str
    text: str
    rule_id: str = ""
    citation: str = ""


def terms(law: Policy, on: date, language: str, programs: Sequence[str]) -> tuple[Paragraph, ...]:
    """Return the terms in force on a day, in a language, for who has assistance of `programs`."""
    return tuple(_paragraphs(law, on, LANGUAGES[language], programs))


def services_continue(law: Policy, on: date, language: str) -> str:
    """Return what a family is told when its assistance ends (45 CFR 302.33(a)(4))."""
    at = LANGUAGES[language]
    costs = _COSTS if law.flag("fee.cost_recovery", on) else _NO_COSTS
    said = [
        _paragraph(_CONTINUING, at, "", ""),
        _paragraph(_SERVICES, at, "", ""),
        _annual_fee(law, on, at),
        _paragraph(costs, at, "", ""),
        _paragraph(_DISTRIBUTION, at, "", ""),
    ]
    return "\n\n".join(one.text for one in said)


def version_of(law: Policy, on: date) -> str:
    """Return what a certification names: it changes when a word or a figure of the terms does."""
    programs = law.codes("application.assigning_programs", on)
    said = [terms(law, on, language, programs) for language in ("en", "es")]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:_VERSION_CHARS]


def _paragraphs(law: Policy, on: date, at: int, programs: Sequence[str]) -> Iterator[Paragraph]:
    yield _paragraph(_SERVICES, at, "", "45 CFR 303.2(a)(2)")
    fee = law.rule("fee.application", on)
    words = _FEE if fee.cents() else _NO_FEE
    yield _paragraph(words, at, fee.id, fee.citation, fee=_dollars(fee.cents()))
    yield _annual_fee(law, on, at)
    costs = law.rule("fee.cost_recovery", on)
    yield _paragraph(_COSTS if costs.flag() else _NO_COSTS, at, costs.id, costs.citation)
    assigning = law.rule("application.assigning_programs", on)
    if set(programs) & set(assigning.codes()):
        yield _paragraph(_ASSIGNING, at, assigning.id, assigning.citation)
        yield _paragraph(_COOPERATING, at, assigning.id, assigning.citation)
    yield _paragraph(_DUTIES, at, "", "45 CFR 303.2(a)(2)")
    yield _paragraph(_DISTRIBUTION, at, "", "45 CFR 302.51")
    yield _paragraph(_SAFETY, at, "", "42 USC 654(26)")


def _annual_fee(law: Policy, on: date, at: int) -> Paragraph:
    annual = law.rule("fee.annual", on)
    fee, threshold = _dollars(annual.cents()), _dollars(law.cents("fee.threshold", on))
    return _paragraph(_ANNUAL, at, annual.id, annual.citation, fee=fee, threshold=threshold)


def _paragraph(words: Words, at: int, rule_id: str, citation: str, **figures: str) -> Paragraph:
    title, text = words
    return Paragraph(title[at], text[at].format(**figures), rule_id, citation)


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


_SERVICES: Words = (
    ("What we do", "Lo que hacemos"),
    (
        (
            "We locate parents, establish who the father is, get orders for support and "
            "health insurance, review them, and collect what is owed. We act for the State "
            "and are not your lawyer."
        ),
        (
            "Buscamos a los padres, establecemos la paternidad, obtenemos órdenes de "
            "manutención y de seguro médico, las revisamos y cobramos lo que se debe. "
            "Actuamos por el Estado y no somos su abogado."
        ),
    ),
)
_FEE: Words = (
    ("Application fee", "Cuota de solicitud"),
    (
        "The application is filed once its fee of {fee} is paid or waived.",
        "La solicitud queda presentada cuando se paga o se perdona su cuota de {fee}.",
    ),
)
_NO_FEE: Words = (
    ("Application fee", "Cuota de solicitud"),
    (
        "Applying costs you nothing.",
        "Presentar la solicitud no le cuesta nada.",
    ),
)
_ANNUAL: Words = (
    ("Yearly fee", "Cuota anual"),
    (
        (
            "If your family never had cash assistance, {fee} is kept each federal fiscal year"
            " once {threshold} of support were paid out to you in that year."
        ),
        (
            "Si su familia nunca recibió asistencia en efectivo, se retienen {fee} cada año "
            "fiscal federal en cuanto se le hayan pagado {threshold} de manutención en ese "
            "año."
        ),
    ),
)
_COSTS: Words = (
    ("Costs", "Costos"),
    (
        "Costs of our work beyond the fees may be recovered.",
        "Los costos de nuestro trabajo que pasen de las cuotas pueden recuperarse.",
    ),
)
_NO_COSTS: Words = (
    ("Costs", "Costos"),
    (
        "We recover no other costs of our work from you.",
        "No recuperamos de usted ningún otro costo de nuestro trabajo.",
    ),
)
_ASSIGNING: Words = (
    ("Assignment of support", "Cesión de la manutención"),
    (
        (
            "Because you have assistance, support that comes due meanwhile belongs to the "
            "State, up to the assistance that is paid to you. Support paid to you directly "
            "must be handed over."
        ),
        (
            "Como usted recibe asistencia, la manutención que venza mientras tanto pertenece "
            "al Estado, hasta el monto de la asistencia que se le paga. La manutención que "
            "reciba directamente debe entregarse."
        ),
    ),
)
_COOPERATING: Words = (
    ("Your duty to cooperate", "Su deber de cooperar"),
    (
        (
            "You must help us to find the other parent and to establish paternity and "
            "support, unless you have good cause not to, such as danger to you or a child. "
            "Tell your assistance office if you have."
        ),
        (
            "Debe ayudarnos a encontrar al otro padre y a establecer la paternidad y la "
            "manutención, salvo que tenga una buena causa para no hacerlo, como peligro para "
            "usted o un menor. Dígalo en su oficina de asistencia si la tiene."
        ),
    ),
)
_DUTIES: Words = (
    ("Your part", "Su parte"),
    (
        (
            "Tell us of changes of address, work, custody and orders, answer our letters, and"
            " come to appointments and hearings. You may end our services in writing at any "
            "time, unless your support is assigned to the State."
        ),
        (
            "Avísenos de cambios de domicilio, trabajo, custodia y órdenes, responda a "
            "nuestras cartas y venga a las citas y audiencias. Puede terminar nuestros "
            "servicios por escrito en cualquier momento, salvo que su manutención esté cedida"
            " al Estado."
        ),
    ),
)
_DISTRIBUTION: Words = (
    ("Who gets what is collected", "Quién recibe lo que se cobra"),
    (
        (
            "What comes in pays this month's support first, then what is past due. Support "
            "that is assigned goes to the State as far as assistance is not repaid."
        ),
        (
            "Lo que llega paga primero la manutención del mes y luego lo atrasado. La "
            "manutención cedida va al Estado mientras la asistencia no esté reembolsada."
        ),
    ),
)
_SAFETY: Words = (
    ("Your safety", "Su seguridad"),
    (
        (
            "If you say that you or a child is in danger, where you can be found is not told "
            "to the other parent."
        ),
        (
            "Si dice que usted o un menor corre peligro, no se le dice al otro padre dónde se"
            " les puede encontrar."
        ),
    ),
)
_CONTINUING: Words = (
    ("Services go on", "Los servicios continúan"),
    (
        (
            "Your family's assistance ends. Our services go on at no charge for applying,"
            " unless you tell us that you no longer want them and your case should be closed."
        ),
        (
            "La asistencia de su familia termina. Nuestros servicios continúan sin costo de"
            " solicitud, salvo que nos diga que ya no los quiere y que se cierre su caso."
        ),
    ),
)
