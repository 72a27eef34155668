"""What becomes of columns: usual names, the user's word, constants, computation, conditions."""

from __future__ import annotations

import pytest

from pauta.core.problems import Problem
from pauta.people.imports.accounts import Accounts
from pauta.people.imports.contacts import Contacts
from pauta.people.imports.mapping import Assignment, Wishes, assign


def fields(assignment: Assignment) -> dict[str, str]:
    return {recipe.field.name: recipe.origin for recipe in assignment.recipes}


@pytest.mark.parametrize(
    "header",
    [
        ("ID", "E-mail", "First name", "Surname", "Company", "Country", "Mobile"),
        ("Código", "Correo electrónico", "Primer nombre", "Apellidos", "Empresa", "País", "Móvil"),
        ("codigo", "e_mail", "Primeiro Nome", "Sobrenome", "Conta", "Pais", "Celular"),
    ],
)
def test_usual_headers_in_three_languages_are_understood(header: tuple[str, ...]) -> None:
    found = fields(assign(Contacts(), header, Wishes()))
    assert tuple(found) == ("external_id", "email", "first_name", "last_name", "account", "country", "phone")
    assert tuple(found.values()) == header


def test_other_columns_become_attributes_unless_ignored() -> None:
    assignment = assign(Contacts(), ("email", "Ano de fundação", "secret"), Wishes(maps=("secret=ignore",)))
    assert [(column.name, column.header) for column in assignment.attributes] == [
        ("ano_de_fundacao", "Ano de fundação")
    ]
    assert assignment.ignored == ("secret",)


def test_the_user_decides_over_usual_names() -> None:
    wishes = Wishes(
        maps=("name=attribute:nick", "who=first_name"), sets=("country=Brasil",), computes=("email={who}@x.example",)
    )
    assignment = assign(Contacts(), ("name", "who", "email"), wishes)
    assert fields(assignment) == {"country": "= Brasil", "email": "{who}@x.example", "first_name": "who"}
    assert [column.name for column in assignment.attributes] == ["nick", "email"]


def test_templates_see_columns_and_row_numbers() -> None:
    wishes = Wishes(computes=("external_id={{{plan}}}-{row}",))
    with pytest.raises(Problem, match="import_column_unknown"):
        assign(Contacts(), ("email",), wishes)
    assignment = assign(Contacts(), ("email", "plan"), Wishes(computes=("external_id=x-{Plan}-{row}",)))
    recipe = next(recipe for recipe in assignment.recipes if recipe.field.name == "external_id")
    assert recipe.texts([("a", "b"), (" pro ", "free")], [7, 8]) == ["x- pro -7", "x-free-8"]


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        (Wishes(maps=("nothing=email",)), "import_column_unknown"),
        (Wishes(maps=("email=nothing",)), "import_field_unknown"),
        (Wishes(maps=("email",)), "import_option_form"),
        (Wishes(sets=("country",)), "import_option_form"),
        (Wishes(sets=("country=Atlantis",)), "people_country_unknown"),
        (Wishes(sets=("nothing=1",)), "import_field_unknown"),
        (Wishes(sets=("consent.telepathy.news=granted",)), "import_channel_unknown"),
        (Wishes(sets=("consent.email.*=granted",)), "import_consent_basis"),
        (Wishes(sets=("email=a@b.example", "email=c@d.example")), "import_field_twice"),
        (Wishes(types=("plan=money",)), "import_type_unknown"),
        (Wishes(where=("plan is free",)), "import_where_form"),
        (Wishes(where=("nothing=free",)), "import_column_unknown"),
        (Wishes(maps=("email=ignore",)), "import_field_unmapped"),
    ],
)
def test_what_does_not_fit_is_named(wishes: Wishes, code: str) -> None:
    with pytest.raises(Problem) as problem:
        assign(Contacts(), ("email", "plan"), wishes)
    assert problem.value.code == code


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(Problem, match="import_attribute_twice"):
        assign(Contacts(), ("email", "Plan", "plan!"), Wishes())


def test_accounts_take_their_name_as_id() -> None:
    assert Accounts().implied({"name"}) == {"external_id": "name"}
    with pytest.raises(Problem, match="import_field_unmapped"):
        assign(Accounts(), ("plan",), Wishes())


@pytest.mark.parametrize(
    ("condition", "text", "holds"),
    [
        ("plan=free", "free", True),
        ("plan!=free", "free", False),
        ("plan>=9", "10", True),
        ("plan<9", "10", False),
        ("plan<=b", "a", True),
        ("plan>9", "ten", True),
        ("plan=No E-Mail", " No E-Mail ", True),
    ],
)
def test_conditions_compare_numbers_as_numbers(condition: str, text: str, holds: bool) -> None:
    (test,) = assign(Contacts(), ("email", "plan"), Wishes(where=(condition,))).conditions
    assert test.holds(text) is holds
