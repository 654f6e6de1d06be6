import doctest
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def test_examples_of_the_readme_hold():
    result = doctest.testfile(str(README), module_relative=False)
    assert result.attempted == 12
    assert result.failed == 0
