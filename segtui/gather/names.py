"""What a column name says: its words in six languages, the ideas behind them, and the role they speak for.

A name is cut into words ("TotalSpend_12m", "Kundennummer", "date_commande"), each word into an idea (customer, id,
date …);
a role is spoken for where *all* words of the name are known, so that "marital status" is no status of an order and
"last order date" no date of one. Accents, case and signs do not count.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def these(text: str) -> frozenset[str]:
    """Words written in a row, as a set."""
    return frozenset(text.split())


_WORDS = {
    # en, de, fr, es, it, nl; plurals only where a column name is likely to have one
    "customer": "customer cust cus client user member account household contact person buyer shopper subscriber visitor"
    " profile guest patron kunde kunden besteller kaeufer kaufer mitglied nutzer benutzer acheteur utilisateur"
    " membre cliente comprador usuario utente acquirente klant klanten gebruiker koper consumer",
    "order": "order invoice transaction trans txn basket receipt purchase bill cart checkout bestellung bestell"
    " auftrag auftrags rechnung rechnungs bon beleg kauf einkauf warenkorb transaktion transaktions commande"
    " facture achat panier recu pedido factura compra recibo cesta transaccion ordine fattura acquisto"
    " scontrino carrello transazione bestelling bestel factuur aankoop winkelmand transactie",
    "ticket": "ticket",
    "product": "product item article goods material artikel produkt produkts ware produit producto articulo prodotto"
    " articolo",
    "sku": "sku asin isbn ean upc gtin stockcode",
    "id": "id ids no nr num number key code ref reference uid uuid guid identifier nummer kennung schluessel"
    " schlussel numero"
    " codigo codice clave cle clef sleutel kode n",
    "name": "name names nom nombre nome naam",
    "title": "title titel titre titulo titolo",
    "description": "description desc beschreibung bezeichnung designation libelle descripcion descrizione omschrijving",
    "date": "date datetime time timestamp day datum zeit zeitpunkt uhrzeit zeitstempel tag jour heure horodatage"
    " fecha hora dia data ora giorno tijd tijdstip",
    "quantity": "quantity qty quant units pieces pcs menge anzahl stueck stuck stueckzahl stuckzahl quantite qte"
    " cantidad"
    " unidades cant quantita qta pezzi aantal hoeveelheid stuks",
    "count": "count",
    "unit": "unit each piece einheit unitaire unitario unita unidad eenheid einzel stuk stueck",
    "price": "price preis preise prix precio prezzo prijs",
    "list": "list rrp msrp uvp catalog catalogue original regular old full",
    "amount": "amount amt betrag montant importe importo bedrag",
    "sales": "sales revenue turnover spend spent spending umsatz erloes erlos ventas ricavo fatturato omzet monetary",
    "paid": "paid bezahlt paye pagado pagato betaald",
    "value": "value wert valeur valor valore waarde",
    "total": "total sum gesamt summe totale somme suma somma totaal ttc extended",
    "subtotal": "subtotal zwischensumme soustotal subtotale subtotaal",
    "line": "line row position pos zeile ligne linea riga regel detail",
    "tax": "tax vat mwst ust steuer tva iva btw",
    "discount": "discount disc rebate markdown rabatt nachlass remise reduction rabais descuento sconto korting",
    "category": "category subcategory cat department dept kategorie warengruppe warengruppen abteilung sortiment"
    " categorie rayon"
    " famille categoria familia departamento reparto famiglia rubriek afdeling",
    "group": "group class line family gruppe groupe grupo gruppo groep",
    "brand": "brand manufacturer marke hersteller marque fabricant marca fabricante produttore merk",
    "status": "status zustand statut etat estado stato",
    "country": "country nation land pays pais paese",
    "ship": "ship shipping delivery shipment billing versand liefer livraison envio spedizione verzend levering",
    "event": "event action activity ereignis aktion evenement evento accion azione gebeurtenis actie",
    "page": "page url pageview seite pagina",
    "type": "type typ art tipo soort",
    "session": "session visit sitzung besuch visite sesion visita sessione sessie bezoek",
    "channel": "channel device platform medium kanal geraet gerat plattform canal appareil dispositivo plataforma"
    " canale"
    " kanaal apparaat",
    "email": "email mail",
    "of": "of sub the per by for de del della du des la le les der die das des van di da do pro par por in on and net"
    " gross netto brutto neto lordo unique internal local gesch web online",
}
"""Idea -> the words for it. A word that stands under two ideas counts for the first (`_IDEA`)."""

_IDEA: dict[str, str] = {}
for _idea, _list in _WORDS.items():
    for _word in _list.split():
        _IDEA.setdefault(_word, _idea)

_EXACT = {
    "createdat": ("time", 0.7),
    "occurredat": ("time", 0.95),
    "orderedat": ("time", 1.0),
    "purchasedat": ("time", 1.0),
    "placedat": ("time", 0.9),
    "priceperunit": ("unit_price", 1.0),
    "customeruniqueid": ("customer_id", 1.0),
    "loyaltyid": ("customer_id", 0.9),
    "loyaltycard": ("customer_id", 0.7),
    "cardid": ("customer_id", 0.8),
    "cardno": ("customer_id", 0.8),
    "cardnumber": ("customer_id", 0.8),
    "emailaddress": ("customer_id", 0.5),
    "materialno": ("product", 1.0),
    "itemcount": ("quantity", 0.9),
}
"""Names that are more than the sum of their words, without case and signs."""

_MEANINGS: dict[str, tuple[tuple[str, float], ...]] = {
    "customer_id": (
        ("customer id", 1.0), ("customer", 0.85), ("customer email", 0.6), ("email", 0.5),
    ),
    "order_id": (("order id", 1.0), ("order", 0.85), ("ticket id", 0.65), ("ticket", 0.6), ("customer order id", 0.8)),
    "product": (
        ("sku", 1.0), ("product id", 1.0), ("product sku", 1.0), ("sku id", 0.9), ("product", 0.85),
        ("order product id", 0.7),
    ),
    "product_name": (
        ("product name", 1.0), ("product title", 0.95), ("product description", 0.95), ("description", 0.7),
        ("title", 0.65), ("product", 0.6), ("name", 0.3),
    ),
    "quantity": (
        ("quantity", 1.0), ("product quantity", 1.0), ("order quantity", 0.95), ("product count", 0.85),
        ("quantity sales", 0.9), ("order product quantity", 0.9), ("line quantity", 0.95), ("unit quantity", 0.9),
        ("quantity unit", 0.9),
    ),
    "unit_price": (
        ("price unit", 1.0), ("price quantity", 0.95), ("price product", 0.95), ("price unit product", 1.0),
        ("order price unit", 1.0),
        ("price", 0.9), ("order price", 0.85), ("price sales", 0.85), ("discount price", 0.0),
    ),
    "amount": (
        ("amount paid", 1.0), ("line total", 1.0), ("product total", 1.0), ("line amount", 0.98), ("sales value", 0.98),
        ("line sales", 0.95), ("line value", 0.95), ("amount", 0.95), ("amount order", 0.93), ("total amount", 0.92),
        ("product amount", 0.92), ("order sales", 0.9), ("price total", 0.92), ("price line", 0.9),
        ("price product total", 0.95), ("sales amount", 0.95), ("paid", 0.9), ("sales total", 0.9), ("sales", 0.88),
        ("product subtotal", 0.85), ("line subtotal", 0.85), ("subtotal", 0.82), ("total", 0.82),
        ("order total", 0.8), ("order total amount", 0.8), ("order subtotal", 0.72), ("order value", 0.78),
        ("total value", 0.78),
        ("value", 0.6), ("sales product", 0.7), ("product value", 0.75),
    ),
    "category": (
        ("category", 1.0), ("category product", 1.0), ("category name", 0.95), ("category product name", 0.95),
        ("group product", 0.9), ("group category", 0.9), ("group category product", 0.9), ("type product", 0.9),
        ("line product", 0.9),
        ("category id", 0.6), ("category product id", 0.6),
    ),
    "brand": (("brand", 1.0), ("brand product", 1.0), ("brand name", 1.0), ("brand product name", 1.0)),
    "status": (("order status", 1.0), ("status", 0.95), ("ship status", 0.6)),
    "country": (
        ("country", 1.0), ("customer country", 1.0), ("country name", 0.95), ("country id", 0.9),
        ("country ship", 0.85), ("customer country id", 0.85), ("country order", 0.9),
    ),
    "event": (
        ("event type", 1.0), ("event name", 1.0), ("event", 0.95), ("customer event", 0.9), ("event id", 0.0),
        ("page", 0.6),
        ("name page", 0.55), ("customer event type", 0.95),
    ),
    "session": (("session id", 1.0), ("session", 0.95), ("customer session", 0.95), ("customer id session", 0.95)),
    "channel": (
        ("channel", 1.0), ("channel order", 0.95), ("channel sales", 0.95), ("channel name", 0.95), ("channel type",
        0.95),
        ("customer channel", 0.7),
    ),
}  # fmt: skip
"""Role -> (the ideas of a name, in any order; how much that says, 0 to 1)."""

_TIME = {
    "order": 1.0, "event": 0.97, "session": 0.9, "": 0.9, "line": 0.8, "date": 0.9, "status": 0.5, "customer": 0.4,
    "ship": 0.3,
}  # fmt: skip
"""How well a date column named with this idea says when the row happened."""

_NOT_WHEN = these("""
    birth born birthday geburts geburtsdatum naissance nacimiento nascita geboorte release valid expiry expires end
    until due update updated modified signup registration registered joined since anmelde ende ship shipment
    delivered delivery
""")


def unaccented(text: str) -> str:
    """Text without accents: "quantité" -> quantite, "Größe" -> Grosse."""
    parts = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def plain(name: str) -> str:
    """A column name without case, accents, blanks and signs."""
    return re.sub(r"[\W_]+", "", unaccented(name)).lower()


def words(name: str) -> list[str]:
    """The words of a column name: "TotalSpend_12m" -> total, spend, 12m."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+\w*", name)]


@lru_cache(maxsize=4096)
def ideas(name: str) -> tuple[str, ...]:
    """The ideas behind the words of a name, fillers left out; a word that is not known stands with a "?" before it."""
    whole = _pieces(plain(name))  # "OrderDate", "orderdate" and "order date" are one name
    found = whole or [piece for word in words(unaccented(name)) for piece in (_pieces(word) or [f"?{word}"])]
    once = dict.fromkeys(idea for idea in found if idea != "of")  # "ASIN/ISBN" says one thing twice
    return tuple(sorted(once))


@lru_cache(maxsize=4096)
def _pieces(word: str) -> list[str]:
    """A word as known words glued together ("kundennummer"), longest first; empty where that fails."""
    if not word:
        return []
    for length in range(len(word), 0, -1):
        idea = _IDEA.get(word[:length])
        if idea is None or len(word) - length == 1 or (length == 1 < len(word)):
            continue  # a single letter is a word only where it stands alone
        if length == len(word):
            return [idea]
        rest = _pieces(word[length:])
        if rest:
            return [idea, *rest]
    return []


_BY_IDEAS: dict[tuple[str, ...], list[tuple[str, float]]] = {}
for _role, _entries in _MEANINGS.items():
    for _said, _score in _entries:
        _BY_IDEAS.setdefault(tuple(sorted(_said.split())), []).append((_role, _score))


def scores(name: str) -> dict[str, float]:
    """Role -> how much the name speaks for it, 0 to 1; roles it does not speak for are left out."""
    exact = _EXACT.get(plain(name))
    if exact is not None:
        return {exact[0]: exact[1]}
    said = ideas(name)
    found = {role: score for role, score in _BY_IDEAS.get(said, []) if score > 0}
    if "discount" in said and not {"price", "id", "type", "name", "date"} & set(said):
        found["discount"] = 0.95 if said == ("discount",) else 0.9
    if "date" in said:
        found["time"] = _time_score(said)
    return found


def _time_score(said: tuple[str, ...]) -> float:
    rest = [idea for idea in said if idea not in ("date", "type")]
    if any(idea.removeprefix("?") in _NOT_WHEN for idea in rest):
        return 0.1
    if any(idea.startswith("?") for idea in rest):
        return 0.5
    return min((_TIME.get(idea, 0.5) for idea in rest), default=_TIME[""])


_PLACES = these("state region province city town county bundesland ort stadt ville")


def names_a_place(name: str) -> bool:
    """Whether the name is that of a state, a region or a town, whose short forms look like those of countries."""
    return bool(
        {"state", "region", "province", "city", "town", "county", "bundesland", "ort", "stadt", "ville"}
        & set(words(unaccented(name)))
    )


def may_be_a_complaint(name: str) -> bool:
    """Whether the name is that of a ticket: a receipt where money stands beside it, a request for help otherwise."""
    return "ticket" in ideas(name)


def understood(name: str) -> bool:
    """Whether every word of the name is known here."""
    said = ideas(name)
    return bool(said) and not any(idea.startswith("?") for idea in said)


# -- money per customer ----------------------------------------------------------------------------------

REVENUE_NAMES = (
    "monetary", "monetaryvalue", "revenue", "totalrevenue", "totalspend", "totalspent", "spend", "spent",
    "totalsales", "sales", "salesvalue", "turnover", "totalamount", "amountspent", "amount", "purchaseamount",
    "totalpurchases", "totalvalue", "ordervalue", "lifetimevalue", "customervalue", "ltv", "clv", "spending",
)  # fmt: skip
"""Names of money per customer in a customer table, best first."""

_REVENUE_WORDS = these("""
    monetary revenue spend spent sales turnover
""")
_NOT_REVENUE_WORDS = these("""
    score count number income index rank segment share pct percent rate average avg mean date days category id limit
    flag visits per
""")


def says_revenue(name: str) -> bool:
    """Whether a word of the name means money a customer spent; income is what people earn, not what they spend."""
    said = set(words(name))
    return bool(said & _REVENUE_WORDS) and not said & _NOT_REVENUE_WORDS


# -- ids of anything -------------------------------------------------------------------------------------

WEAK_ID_NAMES = frozenset((
    "id", "key", "uid", "uuid", "guid", "email", "emailaddress", "recordid", "rowid", "no", "nr", "number", "index",
))  # fmt: skip
"""Names of an id that do not say of what."""

_FOREIGN = these("""
    campaign coupon store shop product order category segment region zip promotion offer voucher branch warehouse
    supplier seller vendor department kampagne filiale campagne campana campagna tienda magasin negozio winkel
""")
"""What an id column may name that is no customer."""


def names_an_id(name: str) -> bool:
    """Whether the name ends as ids do ("campaign_id", "coupon_upc", "Filialnummer")."""
    said = ideas(name)
    last = words(unaccented(name))[-1:]
    return bool(last) and ({"id", "sku"} & set(said) != set()) and last[0] not in ("n", "ids")


def names_something_else(name: str) -> bool:
    """Whether the name is that of a campaign, a shop, a product: of anything but a customer."""
    return bool(_FOREIGN & set(words(unaccented(name)))) or bool({"product", "sku", "order"} & set(ideas(name)))
