"""The fictional company of the sample: Mareia, a Latin American vendor of management software, and its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pauta.sample.spelling import ascii_slug

NAME: Final = "Mareia"
ZONE: Final = "America/Sao_Paulo"
COUNTRY: Final = "BR"
REGION: Final = "SP"
LANGUAGE: Final = "pt-BR"
SENDER: Final = "Mareia <ola@mareia.example>"
POSTAL_ADDRESS: Final = "Mareia Software Ltda., Rua das Marés, 100, São Paulo, SP, 01000-000, Brasil"
DOMAIN: Final = "mareia.example"

DEMO_PASSWORD: Final = "mareia-demo-2026"
"""With it everybody may sign in to the demonstration, as one user of each role."""

DEMO_ACCOUNTS: Final = (
    "Ana Ribeiro",
    "Lívia Sampaio",
    "Bruno Teles",
    "Débora Linhares",
    "Fernanda Malheiros",
    "Clara Antunes",
    "Rodrigo Valadares",
    "Igor Castilho",
    "Renata Pontes",
)
"""Whose accounts these are: every role that people have is among them."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works at the company. Success managers look after accounts of their language."""

    name: str
    team: str
    role: str
    language: str
    rights: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """The colleague's address: ``ana.ribeiro@mareia.example``."""
        return f"{ascii_slug(self.name, '.')}@{DOMAIN}"


TEAMS: Final = {
    "marketing": "Marketing",
    "sales": "Vendas",
    "success": "Sucesso do cliente",
    "support": "Suporte",
    "product": "Produto",
    "finance": "Financeiro",
    "legal": "Jurídico",
    "leadership": "Diretoria",
}

COLLEAGUES: Final = tuple(
    Colleague(*row)
    for row in (
        ("Ana Ribeiro", "marketing", "marketer", "pt-BR"),
        ("Tomás Iriarte", "marketing", "marketer", "es"),
        ("Lívia Sampaio", "marketing", "marketer", "pt-BR", ("approvals.decide",)),
        ("Renata Pontes", "marketing", "admin", "pt-BR"),
        ("Joaquim Seabra", "sales", "csm", "pt-BR"),
        ("Paloma Arellano", "sales", "csm", "es"),
        ("Caio Bittencourt", "sales", "csm", "pt-BR"),
        ("Matías Urrutia", "sales", "csm", "es"),
        ("Bruno Teles", "success", "csm", "pt-BR"),
        ("Helena Vasconcelos", "success", "csm", "pt-BR"),
        ("Otávio Lacerda", "success", "csm", "pt-BR"),
        ("Marina Saldanha", "success", "csm", "pt-BR"),
        ("Davi Quintela", "success", "csm", "pt-BR"),
        ("Ximena Zárate", "success", "csm", "es"),
        ("Ramiro Echeverría", "success", "csm", "es"),
        ("Lourdes Manrique", "success", "csm", "es"),
        ("Andrés Villalobos", "success", "csm", "es"),
        ("Grace Walsh", "success", "csm", "en"),
        ("Débora Linhares", "support", "support", "pt-BR"),
        ("Iván Cisneros", "support", "support", "es"),
        ("Talita Moura", "support", "support", "pt-BR"),
        ("Nicolás Baeza", "support", "support", "es"),
        ("Sônia Guedes", "support", "support", "pt-BR"),
        ("Fernanda Malheiros", "product", "marketer", "pt-BR", ("approvals.decide",)),
        ("Esteban Narváez", "product", "reader", "es"),
        ("Igor Castilho", "product", "reader", "pt-BR"),
        ("Cecília Prado", "finance", "marketer", "pt-BR"),
        ("Gonzalo Ledesma", "finance", "reader", "es"),
        ("Carla Uchoa", "leadership", "admin", "pt-BR"),
        ("Rodrigo Valadares", "leadership", "leader", "pt-BR"),
        ("Clara Antunes", "legal", "reviewer", "pt-BR"),
    )
)


def success_managers(language: str) -> list[Colleague]:
    """Those who look after accounts in a language."""
    return [colleague for colleague in COLLEAGUES if colleague.team == "success" and colleague.language == language]


def demo_accounts() -> list[Colleague]:
    """The colleagues as whom everybody may sign in to the demonstration, in order of ``DEMO_ACCOUNTS``."""
    by_name = {colleague.name: colleague for colleague in COLLEAGUES}
    return [by_name[name] for name in DEMO_ACCOUNTS]
