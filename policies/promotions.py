"""Whether a text that advertises says so."""

from __future__ import annotations

import re

from policies.disguises import plain_letters

_FLAG = re.compile(
    r"#(?:ad|advert|advertisement|sponsored|publi|publicidad|anuncio|anunciopagado|promocionado|patrocinado)(?![\w-])"
    r"|(?<![\w-])(?:publicidad|contenido publicitario|comunicaci[oó]n comercial|anuncio"
    r"|advertisement|advert|sponsored|paid ad)(?![\w-])"
    r"|^\W{0,3}ad(?=\s*[:|\-–—·\])])|[\[(]\s?ad\s?[\])]",
    re.IGNORECASE,
)


def is_flagged(text: str) -> bool:
    """Whether `text` carries the mark of an advertisement: `Publicidad`, `Anuncio`, `Ad:`, `#ad` and the like."""
    return _FLAG.search(plain_letters(text)) is not None
