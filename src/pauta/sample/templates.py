"""The company's templates: written once as blocks, they come out as MJML in the company's look and as plain text."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import Any, Final

from pauta.core.render import TemplateSource
from pauta.sample.accounts import data

NAMES: Final = (
    "launch",
    "newsletter",
    "renewal",
    "onboarding-tip",
    "webinar",
    "invoice",
    "maintenance",
    "upgrade",
    "survey",
    "check-in",
    "event",
    "letter",
)

TOPICS: Final = {
    "launch": ("Lançamentos", "Lanzamientos", "Product launches"),
    "newsletter": ("Maré do mês", "Marea del mes", "Tide of the month"),
    "webinar": ("Webinars", "Webinars", "Webinars"),
    "event": ("Encontros e eventos", "Encuentros y eventos", "Meetings and events"),
    "tips": ("Dicas de uso", "Consejos de uso", "Tips"),
    "onboarding": ("Primeiros passos", "Primeros pasos", "First steps"),
    "renewal": ("Renovação", "Renovación", "Renewal"),
    "survey": ("Pesquisas", "Encuestas", "Surveys"),
    "check-in": ("Conversas com o seu contato", "Conversaciones con su contacto", "Words from your contact"),
    "upsell": ("Ofertas", "Ofertas", "Offers"),
    "letter": ("Cartas da direção", "Cartas de la dirección", "Letters from the management"),
    "maintenance": ("Manutenções", "Mantenimientos", "Maintenance"),
}
"""What customers call each topic: in Portuguese, Spanish and English."""

_FOOTERS: Final = {
    "pt-BR": (
        "Você recebe esta mensagem porque trabalha com a Mareia ou pediu para receber nossas notícias.",
        "Escolher o que recebo e com que frequência",
    ),
    "es": (
        "Recibe este mensaje porque trabaja con Mareia o pidió noticias nuestras.",
        "Elegir qué recibo y con qué frecuencia",
    ),
    "en": (
        "You receive this message because you work with Mareia or asked for our news.",
        "Choose what I receive, and how often",
    ),
}
_PREFERENCES: Final = "{{ preferences_url }}"

Block = dict[str, Any]


def source(name: str) -> dict[str, TemplateSource]:
    """The template of that name by language."""
    written = data(f"templates/{name}")
    return {language: _source(language, content) for language, content in written.items()}


def _source(language: str, content: dict[str, Any]) -> TemplateSource:
    blocks = content["blocks"] + ([{"signature": content["signature"]}] if "signature" in content else [])
    reason, choose = _FOOTERS[language]
    layout = files("pauta.sample").joinpath("data", "layout.mjml").read_text(encoding="utf-8")
    values = {
        "LANGUAGE": language,
        "PREVIEW": escape(content["preview"], quote=False),
        "TITLE": escape(content["title"], quote=False),
        "BLOCKS": "\n".join(_mjml(block) for block in blocks),
        "REASON": escape(reason, quote=False),
        "CHOOSE": escape(choose, quote=False),
        "PREFERENCES": _PREFERENCES,
    }
    for mark, value in values.items():
        layout = layout.replace(f"[[{mark}]]", value)
    text = [f"# {content['title']}", *(_text(block) for block in blocks)]
    footer = f"--\n{{{{ company.name }}}}, {{{{ company.postal_address }}}}\n{reason}\n{choose}: {_PREFERENCES}"
    return TemplateSource(content["subject"], layout, "\n\n".join([*text, footer]) + "\n")


def _mjml(block: Block) -> str:
    match block:
        case {"heading": words}:
            return _section(f'<mj-text mj-class="heading">{escape(words, quote=False)}</mj-text>')
        case {"paragraph": words}:
            return _section(f"<mj-text>{escape(words, quote=False)}</mj-text>")
        case {"list": items}:
            rows = "".join(
                f'<tr><td class="tick">✓</td><td class="item">{escape(item, quote=False)}</td></tr>' for item in items
            )
            return _section(f"<mj-table>{rows}</mj-table>")
        case {"figures": figures}:
            columns = "".join(
                f'<mj-column><mj-text mj-class="figure">{figure}</mj-text>'
                f'<mj-text mj-class="label">{escape(label, quote=False)}</mj-text></mj-column>'
                for figure, label in figures
            )
            return f'<mj-section mj-class="figures">{columns}</mj-section>'
        case {"button": words, "link": link}:
            return _section(f'<mj-button href="{link}">{escape(words, quote=False)}</mj-button>')
        case _:
            name, role = block["signature"]
            return _section(f'<mj-text mj-class="signature"><strong>{name}</strong><br />{escape(role)}</mj-text>')


def _section(content: str) -> str:
    return f'<mj-section mj-class="card"><mj-column>{content}</mj-column></mj-section>'


def _text(block: Block) -> str:
    match block:
        case {"heading": words} | {"paragraph": words}:
            return str(words)
        case {"list": items}:
            return "\n".join(f"- {item}" for item in items)
        case {"figures": figures}:
            return "\n".join(f"{figure} {label}" for figure, label in figures)
        case {"button": words, "link": link}:
            return f"{words}: {link}"
        case _:
            return "\n".join(block["signature"])
