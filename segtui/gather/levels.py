"""Words that stand in cells: shopping events, states of an order, devices and channels, countries.

Kept to what web shops and their reports write, in English and the basics of German, French and Spanish.
"""

from __future__ import annotations

import re
from functools import lru_cache

from segtui.gather.names import these, unaccented

EVENT_STEMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("remove", (
        "remove", "delete", "entfern", "losch", "supprim", "retir", "elimin", "refund", "return", "cancel", "retour",
        "storn", "annul", "devol", "fail", "abandon", "abbruch", "abgebroch",
    )),
    ("search", (
        "search", "query", "such", "recherch", "busc", "busqued", "zoek",
    )),
    ("purchase", (
        "purchase", "buy", "bought", "order", "checkout complete", "complete checkout", "checkout success",
        "transaction", "payment success", "paid", "thank you", "kauf", "gekauft", "bestell", "achat", "achet",
        "commande", "compra", "pedido",
    )),
    ("add", (
        "add", "cart", "basket", r"\w*warenkorb", "einkaufswagen", "hinzu", "ajout", "panier", "anad", "carrito",
        "cesta", "agreg",
    )),
    ("view", (
        "view", "detail", "click", "visit", "pageview", "page", "impression", "browse", r"see\b", r"\w*ansicht",
        "anseh", r"\w*aufruf", "angesehen", "klick", "besuch", "seite", "vue", "voir", "consult", "clic", "vist",
        "vista", r"ver\b", "pagina",
    )),
)  # fmt: skip
"""Kind of event -> how words for it begin, in the order they are tried: "remove_from_cart" is no add.
"""

_STEPS_BEFORE = re.compile(
    r"^(?:begin|start|init|initiate|proceed|go)\b|^(?!.*(?:complet|success|finish)).*\bcheckout$"
    r"|\b(?:shipping|payment) (?:info|method)|\bwish ?list|\bfavou?rite|\bmerkzettel|\bwunschliste"
)
"""Steps on the way to a purchase, and lists that are no baskets."""

_LOOKS = re.compile(r"^(?:view|see|show|visit)\b")


@lru_cache(maxsize=4096)
def event_kind(word: str) -> str:
    """What kind of event a word is: view, add, purchase, search; "other" where it is none of these.

    "view_item", "Page View" and "productDetail" are views; "view_cart" is a look as well,
    "remove_from_cart" is other. Empty: not known.
    """
    said = _apart(word)
    if not said:
        return ""
    if _LOOKS.search(said):
        return "view" if "purchase" not in said else "other"
    if _STEPS_BEFORE.search(said):
        return "other"
    for kind, stems in EVENT_STEMS:
        if any(re.search(rf"\b{stem}", said) for stem in stems):
            return "other" if kind == "remove" else kind
    return ""


def event_word(word: str) -> bool:
    """Whether a word is one of an event."""
    return event_kind(word) != ""


def _apart(word: str) -> str:
    """Lower case words, blanks between: "addToCart", "add_to_cart" and "Add to cart" are one."""
    flat = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unaccented(word))
    return re.sub(r"[\W_]+", " ", flat).strip().lower()


STATUS_WORDS = frozenset((
    "shipped", "delivered", "cancelled", "canceled", "returned", "refunded", "pending", "processing", "completed",
    "complete", "closed", "on hold", "paid", "unpaid", "invoiced", "created", "approved", "unavailable", "in process",
    "disputed", "resolved", "open", "failed", "partially refunded", "partially shipped", "fulfilled", "unfulfilled",
    "dispatched", "versandt", "versendet", "geliefert", "storniert", "bezahlt", "offen", "abgeschlossen",
    "in bearbeitung", "retourniert", "livré", "livree", "livrée", "expédié", "expédiée", "annulé", "annulée",
    "en cours", "terminé", "terminée", "remboursé", "enviado", "entregado", "cancelado", "pendiente", "completado",
    "pagado", "devuelto", "spedito", "consegnato", "annullato", "verzonden", "geleverd", "geannuleerd",
))  # fmt: skip
"""States of an order, lower case."""

CHANNEL_WORDS = frozenset((
    "web", "website", "app", "mobile", "mobile app", "desktop", "tablet", "phone", "telephone", "smartphone", "ios",
    "android", "pc", "online", "offline", "in store", "in-store", "instore", "store", "shop", "email", "e-mail",
    "call center", "call centre", "mobile web", "browser", "iphone", "ipad", "kiosk", "tv", "smart tv", "marketplace",
    "catalog", "catalogue", "filiale", "telefon", "katalog", "magasin", "boutique", "téléphone", "tienda", "teléfono",
    "móvil", "other",
))  # fmt: skip
"""Devices and channels, lower case."""

COUNTRY_WORDS = frozenset((
    *these("""
    argentina australia austria belgium brazil bulgaria canada chile china colombia croatia cyprus denmark egypt
    estonia finland france germany greece hungary iceland india indonesia ireland eire israel italy japan kenya
    latvia lebanon lithuania luxembourg malaysia malta mexico morocco netherlands nigeria norway pakistan peru
    philippines poland portugal romania russia serbia singapore slovakia slovenia spain sweden switzerland
    taiwan thailand tunisia turkey ukraine uruguay vietnam bahrain usa uk england scotland wales rsa deutschland
    österreich schweiz frankreich italien spanien belgien niederlande polen dänemark schweden norwegen finnland
    luxemburg tschechien ungarn griechenland irland kanada türkei großbritannien allemagne autriche suisse
    italie espagne belgique pays-bas pologne suède norvège finlande danemark irlande grèce hongrie alemania
    suiza francia italia españa bélgica polonia suecia noruega dinamarca irlanda grecia méxico brasil austria
    germania svizzera belgio spagna portogallo paesi duitsland oostenrijk zwitserland frankrijk italië spanje
    belgië nederland zweden noorwegen denemarken
    """),
    "united kingdom", "united states", "united states of america", "great britain", "northern ireland",
    "south africa", "south korea", "new zealand", "hong kong", "saudi arabia", "united arab emirates",
    "czech republic", "czechia", "costa rica", "channel islands", "european community", "unspecified",
    "vereinigtes königreich", "vereinigte staaten", "royaume-uni", "états-unis", "países bajos", "reino unido",
    "estados unidos", "paesi bassi", "regno unito", "stati uniti",
    *these("""
    ad ae ar at au be bg br ca ch cl cn co cy cz de dk ee eg es fi fr gb gr hk hr hu ie il in is it jp kr lt lu
    lv ma mt mx my nl no nz pe ph pl pt ro rs ru sa se sg si sk th tn tr tw ua us za
    """),
    *these("""
    aus aut bel bra can che chn cze deu dnk esp est fin fra gbr grc hun irl isl ita jpn lux mex nld nor nzl pol
    prt rou rus svk svn swe tur ukr zaf
    """),
))  # fmt: skip
"""Names and codes of countries, lower case."""
