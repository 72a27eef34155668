"""What each role may do."""

from __future__ import annotations

import pytest

from pauta.core.problems import Problem
from pauta.team.roles import ROLES, Right, caller, rights_of


def test_administrators_may_do_everything_and_every_right_is_somebodys() -> None:
    assert rights_of("admin") == set(Right)


@pytest.mark.parametrize("role", ["reader", "reviewer", "sender", "support", "csm", "marketer", "leader"])
def test_only_administrators_change_policies_and_the_team(role: str) -> None:
    assert not rights_of(role) & {Right.POLICIES_WRITE, Right.TEAM_WRITE, Right.AUDIT_READ}


def test_readers_only_look() -> None:
    looking = {right for right in Right if right.value.endswith((".read", ".explain"))}
    assert rights_of("reader") <= looking


def test_only_marketers_leaders_and_administrators_launch() -> None:
    assert {role for role, rights in ROLES.items() if Right.CAMPAIGNS_LAUNCH in rights} == {
        *("admin", "marketer", "leader")
    }


def test_a_missing_right_names_who_has_it() -> None:
    with pytest.raises(Problem) as refused:
        caller("key:crm", "csm").require(Right.CAMPAIGNS_LAUNCH)
    assert refused.value.values == {"right": "campaigns.launch", "role": "csm", "roles": "admin, marketer, leader"}


def test_a_right_given_to_a_person_comes_on_top_of_the_role() -> None:
    livia = caller("user:livia", "marketer", "marketing", ["approvals.decide"], "livia@pauta.example")
    assert livia.rights == rights_of("marketer") | {Right.APPROVALS_DECIDE}
