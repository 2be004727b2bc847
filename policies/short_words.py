"""Short words and acronyms of ordinary Spanish and English answers, which are no pieces of a code."""

from __future__ import annotations

_WORDS = """
    a al am an and any app are as at ay bad be but buy by can con da day de del did dio dm do dos e el en es era
    esa ese eso est et etc eta eu faq few fin for fue gb get go got gps had haz he her hey hi him his hoy hr hrs
    hs how i id if in ios ir is it its iva job kg km la las le les let ley lo los lot luz mal man mas may mb me
    men mes mi min mis mm mx my new ni nip no nos not now o of off oh ok old on one or os our out own pal pay per
    pin pls pm por put q que red s sal san saw say se see ser she si sin sms so son sr sra su sus t tal tan the ti
    to too top tu tus tv two u un una unos uno up us usa use usd va ver vez vi via vip was way we web who why wifi
    x y ya yes yet you yr yo mxn eur msi tdc atm cat cdmx ine ife usb hd pc url pdf st nd rd th seg sec
"""
_ACRONYMS = """
    SMS CDMX EUA EEUU TV ATM NIP PIN DM MD US UK USA HRS PM AM CAT INE IFE MX KM DNI NIE NIF TDC MSI CLABE SPEI
    CVV IBAN BIC APP GPS USB PDF FAQ HTTP HTTPS URL WIFI PC VIP OK HD ID GB MB KG CP CV SA RFC CURP
    PNR REF BNPL
"""

SHORT_WORDS = frozenset(_WORDS.split())
ACRONYMS = frozenset(_ACRONYMS.split())
