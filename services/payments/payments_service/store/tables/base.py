"""What every table of this service belongs to, and the classes of its columns."""

from sqlalchemy import MetaData

from chassis.tables import NAMING

metadata = MetaData(naming_convention=NAMING)

PERSONAL = {"data_class": "personal"}
SECRET = {"data_class": "secret"}
FEDERAL_TAX = {"data_class": "federal_tax"}
