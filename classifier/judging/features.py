"""From posts to hashed sparse features: normalisation, words, and concept terms.

Concept terms are phrases that mean the same to a brand in every language, so that small data can learn from them.
They are written as `normalise` leaves them (lower case, no accents) and are one to three words long.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, pairwise

import mmh3
import numpy as np
from scipy.sparse import csr_matrix

MODEL_TEXT_LIMIT = 5_000
"""Characters of a text that the models read; the rest is cut. Posts are far shorter on every network."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_HANDLE = re.compile(r"@\w+")
_REPEATED = re.compile(r"(.)\1{2,}")
_PLAIN = str.maketrans("áéíóúàèìòùâêîôûäëïöü’‘“”0123456789", "aeiouaeiouaeiouaeiou''\"\"0000000000")
_TOKEN = re.compile(r"[@#]?[^\W_]+(?:'[^\W_]+)?|[!?]+|[:;=]-?[()dp/\\]|<3|\S")
_STEM = 5
"""Letters kept of a longer word, so that the forms of a verb or noun share a feature."""


@dataclass(frozen=True, kw_only=True)
class FeatureSpace:
    """How texts become rows."""

    buckets: int
    """Columns of the hashed space; a power of two."""
    character_range: tuple[int, int] | None
    """Shortest and longest character n-gram inside words, or None for words alone."""


def normalise(text: str) -> str:
    """Lower-case `text` with handles, addresses, digits, accents and drawn-out letters made alike.

    At most `MODEL_TEXT_LIMIT` characters are read, and the result is never longer than a small multiple of it.
    Lone surrogates become question marks.
    """
    cut = text[:MODEL_TEXT_LIMIT]
    if not cut.isascii():
        encodable = cut.encode("utf-8", "replace").decode("utf-8")
        cut = unicodedata.normalize("NFKC", encodable)
    if "&" in cut:
        cut = html.unescape(cut)
    cut = cut.lower()
    if "http" in cut or "www." in cut:
        cut = _ADDRESS.sub(" http ", cut)
    if "@" in cut:
        cut = _HANDLE.sub("@user", cut)
    return _REPEATED.sub(r"\1\1", cut.translate(_PLAIN))


def words_of(normal: str) -> list[str]:
    """The words, signs and emoji of a normalised text, in order."""
    return _TOKEN.findall(normal)


def vectorize(posts: Sequence[Sequence[str]], space: FeatureSpace) -> csr_matrix:
    """Rows of unit length in float32, shape (len(posts), space.buckets); each post is its `words_of`.

    Bit for bit what scikit-learn's `FeatureHasher` and `normalize` give, with each bucket counted once a post. Those
    import pandas and scipy.stats, a second and 100 MB in every process that judges.
    """
    columns = [
        sorted({abs(mmh3.hash(each)) % space.buckets for each in _features(list(words), space)}) for words in posts
    ]
    sizes = np.fromiter(map(len, columns), dtype=np.int64, count=len(columns))
    values = (1.0 / np.sqrt(np.maximum(sizes, 1))).astype(np.float32).repeat(sizes)
    indices = np.fromiter(chain.from_iterable(columns), dtype=np.int32, count=int(sizes.sum()))
    bounds = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
    return csr_matrix((values, indices, bounds), shape=(len(columns), space.buckets))


def _features(words: list[str], space: FeatureSpace) -> list[str]:
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    found = words + pairs + _concept_features(words, pairs)
    found += [f"{word[:_STEM]}~" for word in words if len(word) > _STEM]
    if space.character_range is not None:
        found += _character_grams(words, *space.character_range)
    return found


def _character_grams(words: list[str], shortest: int, longest: int) -> list[str]:
    grams: list[str] = []
    for word in words:
        edged = f"^{word}$"
        for size in range(shortest + 1, longest + 1):
            grams += [edged[start : start + size] for start in range(len(edged) - size + 1)]
    return grams


_PHRASES: dict[str, str] = {
    "buying": """to buy|buy a|buying|purchase|purchasing|pre order|preorder|sign up|switch to|new customer|become a
        |apply for|looking to|looking for|interested in|to book|book a|researching|thinking of|thinking about
        |planning to|considering|do you sell|do you offer|do you do|tempted|temptation|saving up|need that|want that
        |gotta get|want one|need one|get one|comprar|comprarme|quiero comprar|quiero un|quiero una|contratar
        |hacerme cliente|me interesa|interesado|interesada|estoy buscando|buscando|pensando en|venden|comprando
        |quisiera un|quisiera una|cotizar|quero comprar|comprar um|estou procurando""",
    "new_account": """open an account|open account|opening an account|new account|abrir una cuenta|abrir cuenta
        |abrir la cuenta|para abrir|requisitos|requisito|solicitar|solicitar una|solicitar un|abrir conta
        |abrir uma conta|credito para|hipoteca|prestamo|pedir un""",
    "price": """price|prices|how much|cost|costs|cheap|cheaper|fare|fares|quote|deal|deals|discount|discounts|promo
        |promotion|promotions|offer|offers|sale|special|precio|precios|cuanto cuesta|cuanto vale|cuanto sale
        |cuanto seria|barato|baratos|barata|baratas|oferta|ofertas|promocion|promociones|descuento|descuentos
        |tarifa|tarifas|preco|quanto custa|desconto""",
    "availability": """available|availability|in stock|any left|when will|will you|will the|do you have|do you fly
        |do you all|are there any|still have|release|released|disponible|disponibles|disponibilidad|hay stock
        |tienen|teneis|tendran|tendreis|cuando sale|habra|disponivel|voces tem""",
    "own_dealing": """my flight|my flights|my bag|my bags|my luggage|my order|my account|my card|my ticket|my tickets
        |my reservation|my booking|my seat|my seats|my refund|my bank|my bill|my plan|my package|my money|our flight
        |our bags|our luggage|i booked|i bought|i ordered|i paid|i flew|just flew|on hold|been waiting|still waiting
        |waiting for|refund|i've been|ive been|loyal customer|charged me|you charged|your agents|your staff
        |your customer service|mi vuelo|mi maleta|mis maletas|mi equipaje|mi cuenta|mi tarjeta|mi reserva|mi pedido
        |mi dinero|mi saldo|mi clave|mi nomina|mi caso|mi billete|mis datos|mis millas|mi compra|nuestro vuelo
        |compre un|compre una|reserve un|pague|llevo|me han|me habeis|me cobraron|me cobran|me cobro|me llego
        |no puedo|no me deja|no me dejan|no me han|no funciona|no sirve|me aparece|me sale|soy cliente|reembolso
        |reclamacion|vuestra web|su app|la app|meu voo|minha conta|meu cartao|minha mala|meu pedido""",
    "first_person": """i|i'm|im|i've|my|me|we|our|mi|mis|yo|nos|nosotros|nuestro|nuestra|estoy|tengo|soy|meu|minha""",
    "trouble": """delayed|delay|late|cancelled|canceled|lost|broken|wrong|error|not working|doesn't work|won't|can't
        |cannot|unable|stuck|problem|problems|issue|issues|worst|terrible|awful|rude|ridiculous|unacceptable
        |disappointed|retraso|retrasado|cancelado|perdido|perdida|averia|fallo|falla|problema|problemas|verguenza
        |pesimo|pesima|peor|lamentable|horrible|inaceptable|estafa|ladrones|asco|atraso|atrasado|pior""",
    "thanks": """thanks|thank you|thx|ty|awesome|great job|amazing|love you|kudos|shout out|shoutout|well done
        |best airline|gracias|muchas gracias|excelente|genial|enhorabuena|felicidades|maravilla|encanta|encantado
        |mejor aerolinea|obrigado|obrigada|parabens""",
    "help": """please|pls|plz|help|help me|need help|can you|could you|can someone|can i|how do i|how can i|assist
        |dm|any update|por favor|ayuda|ayudar|ayudarme|me ayudan|podeis|podriais|pueden|podrian|podria|quisiera
        |necesito|como puedo|como hago|me pueden|alguien|socorro|preciso|podem|ajuda""",
    "haste": """now|right now|asap|urgent|urgently|immediately|today|tonight|tomorrow|stranded|emergency|hospital
        |boarding|minutes|hours|hour|missed|connection|stolen|hacked|fraud|scam|ahora|ya mismo|urgente|hoy|manana
        |esta noche|tirados|tirado|varado|varados|embarcar|minutos|horas|hora|robado|robaron|hackeado|fraude|clonaron
        |conexion|roubado|agora|perdi""",
    "leaving": """never again|last time|lost a customer|lose a customer|losing a customer|cancel my|switching|done with
        |going to switch|never fly|never flying|nunca mas|ultima vez|cancelar mi|cambiar de|dar de baja|darme de baja
        |me cambio|perder un cliente|no vuelvo|jamas vuelvo|nunca mais""",
    "headline": """announces|announced|launches|launched|reports|shares|profit|profits|says|via|billion|million|ceo
        |according to|breaking|strike|study|market|stock|report|opening|anuncia|anuncio|segun|huelga|pilotos|crece
        |millones|millon|bolsa|lanza|presenta|acciones|beneficio|sindicato|tribunal|europa|aeropuertos|empresa
        |noticias|lidera|inversion|greve|lanca""",
    "promotion": """win free|giveaway|win a|click here|follow me|check out|link in bio|enter to win|free shipping
        |earn|bitcoin|crypto|sorteo|participa|gana|consigue|gratis|sigueme|haz clic|aprovecha|descubre|ganhe""",
    "question": """what|when|where|why|how|who|which|is there|are you|do you|does|que|cuando|donde|porque|como
        |cual|quien|cuanto|hay|por que|para cuando|quando|onde|qual""",
}
_CONCEPT_OF = {
    phrase.strip(): concept for concept, phrases in _PHRASES.items() for phrase in " ".join(phrases.split()).split("|")
}
_CONCEPT_WEIGHT = 2
"""Each concept counts as this many words, so that it keeps its share in a long post."""


def _concept_features(words: Sequence[str], pairs: Iterable[str]) -> list[str]:
    """The concepts of a post, marks of its shape, and which of them occur together.

    `words` are those of a normalised post and `pairs` its neighbours joined by a space.
    """
    triples = (f"{a} {b} {c}" for (a, b), (_, c) in pairwise(pairwise(words)))
    concepts = {_CONCEPT_OF[phrase] for group in (words, pairs, triples) for phrase in group if phrase in _CONCEPT_OF}
    marks = sorted(concepts | _shape(words))
    single = [f"§{mark}{copy}" for mark in marks for copy in range(_CONCEPT_WEIGHT)]
    return single + [f"§{first}×{second}" for first, second in combinations(marks, 2)]


def _shape(words: Sequence[str]) -> set[str]:
    shape = {"addressed" if words[:1] == ["@user"] else "at_large"}
    handles = words.count("@user")
    if handles != 1:
        shape.add("no_handle" if handles == 0 else "many_handles")
    if "?" in words or "??" in words:
        shape.add("asks")
    if "http" in words:
        shape.add("links")
    if len(words) < 8:
        shape.add("short")
    if words[:1] == ["rt"]:
        shape.add("repeated")
    return shape
