"""Public sentences that confirm that somebody is a customer, or that ask for personal data."""

from __future__ import annotations

import re

from policies.guard.obfuscation import plain_letters

_HELD_ES = (
    r"cuentas?|tarjetas?|reservas?|reservaci[oó]n|pedidos?|contratos?|p[oó]lizas?|pr[eé]stamos?|hipotecas?|cr[eé]ditos?|saldos?|n[oó]minas?"
    r"|facturas?|expedientes?|reclamaci[oó]n(?:es)?|reclamos?|quejas?|aclaraci[oó]n(?:es)?|folios?|siniestros?|reembolsos?|devoluci[oó]n|suscripci[oó]n"
    r"|movimientos?|transferencias?|pagos?|deudas?|cargos?|compras?|vuelos?|billetes?|boletos?|equipajes?|maletas?"
    r"|paquetes?|env[ií]os?|tarifas?|seguros?|ahorros|inversi[oó]n(?:es)?|dep[oó]sitos?|l[ií]nea|membres[ií]a|puntos|millas|tr[aá]mite|solicitud"
)
_HELD_EN = (
    r"accounts?|cards?|bookings?|reservations?|orders?|contracts?|polic(?:y|ies)|loans?|mortgages?|balances?|bills?|invoices?|cases?|claims?"
    r"|complaints?|refunds?|subscriptions?|payments?|transactions?|transfers?|charges?|purchases?|flights?|tickets?|itinerary|bags?|baggage|luggage|suitcases?"
    r"|packages?|parcels?|deliver(?:y|ies)|shipments?|membership|miles|points|seats?|deposits?|savings|debts?"
    r"|direct debit|upgrade"
)
_HELD_PT = (
    r"conta|cart[aã]o|reserva|pedido|contrato|ap[oó]lice|empr[eé]stimo|saldo|fatura|reembolso|voo|bilhete|bagagem"
    r"|encomenda"
)
_KIND_OF = (
    r"(?:(?:credit|debit|savings|current|checking|bank|online|recent|last|new|existing|outstanding|upcoming|missing"
    r"|delayed|lost|own|original|previous|mobile|flight|hotel)\s+){0,2}"
)

_CONFIRMING = re.compile(
    rf"\b(?:tus?|sus?|vuestr[oa]s?)\s+(?:[uú]ltim[oa]s?\s+|nuev[oa]s?\s+|propi[oa]s?\s+)?(?:{_HELD_ES})\b"
    rf"|\byour\s+{_KIND_OF}(?:{_HELD_EN})\b"
    rf"|\b(?:tua|teu|sua|seu)\s+(?:{_HELD_PT})\b"
    r"|(?<!¿)(?<!¿ )\b(?:como|eres|sois|es|al\s+ser|por\s+ser|siendo)\s+"
    r"(?:(?:nuestr[oa]|un|una|buen|buena|tan\s+buen)\s+)?"
    r"client[ea]s?\b(?!\s+potencial)"
    r"|\bclient[ea]\s+(?:nuestr[oa]|de\s+la\s+casa|desde\s+(?:hace|el|20|19))"
    r"|\b(?:as|being|are)\s+(?:one\s+of\s+)?(?:our|a|an)\s+(?:[a-z]+\s+){0,2}(?:customers?|clients?|members?|passengers?|policyholders?|account\s+holders?)\b"
    r"|\bthanks?(?:\s+you)?\s+for\s+(?:being\s+(?:our|a)|your\s+(?:custom|business|loyalty|purchase|payment|order|booking))\b"
    r"|\bgracias\s+por\s+(?:ser\s+(?:nuestr|client)|tu\s+(?:fidelidad|compra|pago)|su\s+(?:fidelidad|compra|pago))"
    r"|\bte(?:\s+lo)?\s+(?:hemos|han)\s+(?:abonado|reembolsado|devuelto|cobrado|bloqueado|cancelado|reintegrado|ingresado)\b"
    r"|\b(?:le|les|te|os)\s+(?:reembolsamos|abonamos|devolvimos|reintegramos|cobramos|ingresamos)\b"
    r"|\b(?:we|we've|we\s+have)\s+(?:just\s+|already\s+|now\s+)?(?:refunded|reimbursed|credited|charged|unblocked|blocked|cancelled|canceled|rebooked|upgraded)\s+(?:you|it\s+to\s+you)\b"
    r"|\b(?:you|you've|you\s+have)\s+(?:are\s+|were\s+|have\s+been\s+|been\s+)?(?:booked|refunded|overdrawn|reimbursed|rebooked)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n;]+[!?]*|[!?]+")
_ADVICE = re.compile(
    # never share, never ask for: advice to anybody
    r"\b(?:nunca|jam[aá]s|en\s+ning[uú]n\s+caso|no\s+(?:compartas?|compart[aá]is|compartan?|publiques?|publique[ns]?|des|facilites?|facilit[eé]is|"
    r"facilite|env[ií]es?|env[ií]en|respondas?|abras?|pedimos|pediremos|solicitamos|solicitaremos|te\s+pediremos|le\s+pediremos|dejes?))\b"
    r"|\b(?:never|(?:do\s+not|don['’]t|please\s+don['’]t|avoid)\s+(?:share|post|publish|send|give|tweet|include|disclose|posting|sharing|"
    r"include|click)|we\s+(?:will\s+not|won['’]t|do\s+not|don['’]t)\s+ask)\b"
    r"|\b(?:por\s+tu\s+seguridad|por\s+su\s+seguridad|protege|proteja|cuida|cuide|protect|keep)\s+(?:siempre\s+)?(?:tus?|sus?|your|la|los)\b"
    # a supposition: whoever it may concern
    r"|^\W*(?:y\s+|and\s+|but\s+|pero\s+|o\s+|or\s+)?(?:si|en\s+caso\s+de|cuando|siempre\s+que|if|when|whenever|in\s+case|should|once)\b"
    r"|,\s*(?:si|if)\s+(?:es|fue|tienes|tiene|you\s+have|it)\b"
    r"|\b(?:si\s+(?:detectamos|eres\s+t[uú]|es\s+usted)|if\s+we\s+(?:detect|notice|see)|de\s+no\s+ser\s+as[ií])\b"
    # conditions and explanations that hold for everybody
    r"|\b(?:s[oó]lo|[uú]nicamente)\s+(?:el|la)\s+titular\b|\bonly\s+the\s+(?:account\s+|card\s?)?holder\b"
    r"|^\W*to\s+(?:qualify|be\s+eligible)\b|\brefers?\s+to\b|\bte\s+(?:proporciona|ofrece)(?:mos)?\s+(?:herramientas|opciones)\b"
    r"|^\W*[•*·-]\s*(?:no\s+)?(?:tener|contar|recibir|realizar|ser|presentar|contratar)\b|\bse\s+(?:desplegar[aá]|mostrar[aá])\s+(?:la|una)\s+pantalla\b"
    r"|\b(?:bonificaci[oó]n(?:es)?|promoci[oó]n(?:es)?|meses\s+sin\s+intereses|cashback)\b(?!.*[?])(?!.*\b(?:hemos|vemos|figura|consta|tu\s+bonificaci[oó]n)\b)"
    # how anybody gets something done
    r"|^\W*para\s+(?:poder\s+)?[a-z]+[aei]r\b(?!.*\b(?:hemos|vemos|figura|consta)\b)"
    r".*\b(?:es\s+necesario|puedes?|podr[aá]s?|deber[aá]s?|comun[ií]c\w+|ll[aá]ma?nos|acud\w+|te\s+sugerimos)\b"
    # what an application or a page lets anybody do
    r"|\b(?:en|desde|a\s+trav[eé]s\s+de)\s+(?:la|nuestra|el|nuestro)\s+(?:app|aplicaci[oó]n|web|p[aá]gina|banca|portal|sitio|[aá]rea)\b"
    r"(?!.*\b(?:hemos|vemos|figura|consta)\b).*\b(?:puedes|puede|pod[eé]is|pueden|podr[aá]s|podr[aá])\b"
    r"|\b(?:puedes|puede|pod[eé]is|pueden|podr[aá]s|podr[aá])\b(?!.*\b(?:hemos|vemos|figura|consta)\b).*\b(?:en|desde|a\s+trav[eé]s\s+de)\s+"
    r"(?:la|nuestra|el|nuestro|cualquier)\s+(?:app|aplicaci[oó]n|web|p[aá]gina|banca|portal|sitio|[aá]rea|cajero)\b"
    r"|\b(?:puedes|puede|pod[eé]is|pueden)\b(?!.*\b(?:hemos|vemos|figura|consta)\b).*\b(?:(?:a\s+trav[eé]s\s+de|por|en)\s+nuestros\s+(?:medios|canales)"
    r"|(?:por\s+medio\s+de|en|a)\s+(?:la|una(?:\s+de\s+nuestras)?|cualquier)\s+(?:sucursal(?:es)?|oficina|ventanilla))\b"
    r"|\bopci[oó]n\b.*\bes\s+en\s+ventanilla\b"
    r"|\byou\s+can\s+(?:always\s+)?(?:check|see|find|view|manage|track|change|add)\b.*\b(?:in|on|via|through|using|from)\s+(?:the|our|your)\s+(?:app|website|site|online|page)\b",
    re.IGNORECASE,
)
_ANY_CARD = re.compile(
    # where to look on a card or a ticket, whoever holds one; promotions that address anybody
    r"\b(?:al\s+reverso|atr[aá]s|detr[aá]s|en\s+el\s+reverso|d[ií]gitos|parte\s+(?:trasera|posterior)|(?:on\s+)?the\s+(?:back|front)|digits)\s+(?:de|of)\s+(?:tu|su|your)\s+\w+"
    r"|\b(?:obt[eé]n|obtenga|recibe|recibir[aá]s|reciba|disfruta|disfrute|aprovecha|aproveche|compra|paga|realiza|gana|participa|acumula|enjoy|earn|save|win)\b"
    r"[^.!?\n]{0,80}\b(?:tus?|sus?|your)\s+(?:tarjetas?|compras?|pagos?|purchases?|cards?|order|orders)\b"
    r"|\b(?:apertura|contrataci[oó]n|solicitud)\s+de\s+(?:tu|su)\s+\w+",
    re.IGNORECASE,
)
_OFFERING = re.compile(
    r"\b(?:abre|abrir|contrata|contratar|solicita\s+ya|consigue|reserva\s+ya|open|apply\s+for|get)\s+(?:ya\s+)?(?:tu|su|your)\b",
    re.IGNORECASE,
)
_DATA = (
    r"(?:n[uú]mero\s+(?:de\s+)?)?(?:tel[eé]fono|dni|nif|nie|c[eé]dula|rfc|curp|identificaci[oó]n|cuenta|tarjeta|cliente|contrato|reserva|localizador"
    r"|pedido|folio|expediente|correo|email|e-mail|nombre\s+completo|direcci[oó]n|fecha\s+de\s+nacimiento|c[oó]digo\s+postal|datos(?:\s+personales)?"
    r"|clave|contrase[nñ]a|pin|nip)"
)
_DATA_EN = (
    r"(?:full\s+)?(?:name\s+and\s+|contact\s+)?(?:account|booking|confirmation|order|phone|telephone|mobile|card|customer|case|reference|tracking|policy"
    r"|reservation|record|passport|email|e-mail|postal|home|zip|date\s+of\s+birth|address|details|conf|flight\s+confirmation|postcode|pnr|ticket)"
)
_ASKING = re.compile(
    rf"\b(?:env[ií]a(?:nos|me)?|env[ií]e(?:nos|me)?|m[aá]ndanos|m[aá]ndenos|facil[ií]t[ae]nos|ind[ií]c[ae]nos|ind[ií]que[nm]os|proporci[oó]n[ae]nos|br[ií]nd[ae]nos"
    rf"|comp[aá]rt[ea]nos|conf[ií]rm[ae]nos|d[ií]nos|dinos|necesitamos|cu[aá]l\s+es(?=\s+(?:tu|su|el\s+n[uú]mero\s+de\s+(?:tu|su)))|nos\s+(?:indicas|indica|facilitas|facilita|confirmas|compartes|proporcionas)|escr[ií]benos|d[eé]janos)\b"
    rf"[^.!?\n]{{0,60}}\b(?:tus?|sus?|vuestr[oa]s?)\s+{_DATA}\b"
    rf"|\b(?:send|share|provide|give|tell|dm|message|confirm|reply\s+with|let\s+us\s+know|what(?:\s+is|'s)|may\s+we\s+have|can\s+(?:we|i)\s+(?:have|get)|need|include)\b"
    rf"[^.!?\n]{{0,60}}\byour\s+{_DATA_EN}\b",
    re.IGNORECASE,
)
_IN_PRIVATE = re.compile(
    r"\b(?:dm|dms|md|mp|pm|inbox|privad[oa]|privadamente|priv|private|privately|direct\s+message|direct\s+messaging|messenger|mensajes?\s+directos?|"
    r"buz[oó]n|formulario|messages?\s+us|mensaje)\b|📩|✉|📥|\bhttps?://|\b(?:enlace|link|form)\b",
    re.IGNORECASE,
)


def confirms_relationship(text: str) -> bool:
    """Whether a sentence of `text` says that the person addressed holds something with the brand.

    Possessives before something held (`tu reserva`, `your account`), being called a customer, and acts on what
    is held (`we have refunded you`) confirm. These constructions are excepted, since they address anybody:
    advice and prohibitions (`nunca compartas tus claves`), suppositions (`si tu tarjeta...`, `if your order...`),
    what an app or page lets one see (`en la app puedes ver tu saldo`), offers and promotions (`abre tu cuenta`,
    `obtén un 5% con tu tarjeta`), where to look on any card (`al reverso de tu tarjeta`), and requests
    to send data in private (`send us your booking reference by DM`).
    """
    plain = plain_letters(text).replace("’", "'")
    in_private = _IN_PRIVATE.search(plain) is not None
    return any(_confirms(sentence, in_private=in_private) for sentence in _SENTENCE.findall(plain))


def asks_for_data(text: str) -> bool:
    """Whether `text` asks for numbers or details of a person without saying that they go in private."""
    plain = plain_letters(text).replace("’", "'")
    return _IN_PRIVATE.search(plain) is None and any(
        _ASKING.search(sentence) and not _ADVICE.search(sentence) for sentence in _SENTENCE.findall(plain)
    )


def _confirms(sentence: str, *, in_private: bool) -> bool:
    rest = _OFFERING.sub(" ", _ANY_CARD.sub(" ", sentence))
    if in_private:
        rest = _ASKING.sub(" ", rest)
    return _CONFIRMING.search(rest) is not None and _ADVICE.search(rest) is None
