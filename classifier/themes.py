"""Phrases that mean the same to a brand in every language: features that small data can learn from.

Phrases are written as `normalise` leaves them (lower case, no accents) and are one to three words long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

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
_THEME_OF = {
    phrase.strip(): theme for theme, phrases in _PHRASES.items() for phrase in " ".join(phrases.split()).split("|")
}
_WEIGHTS = 2
"""Each theme counts as this many words, so that long posts do not drown it."""


def theme_features(words: Sequence[str], pairs: Iterable[str]) -> list[str]:
    """Names of the themes of a post, of its shape, and of what occurs together.

    `words` are those of a normalised post and `pairs` its neighbours joined by a space.
    """
    triples = (f"{a} {b} {c}" for (a, b), (_, c) in pairwise(pairwise(words)))
    themes = {_THEME_OF[phrase] for group in (words, pairs, triples) for phrase in group if phrase in _THEME_OF}
    signs = sorted(themes | _shape(words))
    single = [f"§{sign}{copy}" for sign in signs for copy in range(_WEIGHTS)]
    return single + [f"§{first}×{second}" for first, second in combinations(signs, 2)]


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
