"""Which names the house knows. Whoever needs another writes it down here, with what it holds."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# At the top, beside dot files; no other package.
TOP = _words(
    "storefront oms migrations static templates tests docs requirements wsgi.py pyproject.toml"
    " README.md CONTRIBUTING.md STYLE.md CHANGELOG.md LICENSE SECURITY.md Makefile Procfile"
)
HIDDEN = _words(".ci/run .env.example .gitignore")
# `oms/kernel`: a closed list; another name needs an ADR.
KERNEL = _words(
    "__init__ db money clock ids states errors config i18n http outbox jobs inbox audit files vault"
    " register egress places gates"
)
# What every feature folder is made of, of `oms` and of `storefront`.
FEATURE = _words(
    "__init__ states models personal queries actions gateway handlers forms views webhooks pages"
    " checks commands runs"
)
FACE = _words("__init__ views forms pages")
# Nouns of one feature, which need a file of their own: path from the root, and what it holds.
ALSO = {
    "oms/backups/archive.py": "the sealed file of a backup",
    "oms/backups/folders.py": "files and pictures, copied",
    "oms/backups/programs.py": "the programs of Postgres that dump and restore",
    "oms/catalog/browse/asked.py": "what a shopper asks of a list, as a frozen dataclass",
    "oms/catalog/browse/facets.py": "the counts beside a list",
    "oms/channels/connectors/amazon.py": "Amazon's API",
    "oms/channels/connectors/amazon_orders.py": "what Amazon says of an order, in our words",
    "oms/channels/connectors/passes.py": "passes that open a marketplace for an hour",
    "oms/channels/connectors/reading.py": "what marketplaces say, read with care",
    "oms/channels/connectors/shopify.py": "Shopify's API",
    "oms/channels/connectors/shopify_orders.py": "what Shopify says of an order, in our words",
    "oms/channels/connectors/tiktok.py": "TikTok Shop's API",
    "oms/channels/connectors/tiktok_orders.py": "what TikTok Shop says of an order, in our words",
    "oms/catalog/exchange/columns.py": "the columns of the file",
    "oms/catalog/exchange/formulas.py": "formulas of spreadsheets made harmless, and back",
    "oms/catalog/exchange/matching.py": "which row is which product",
    "oms/catalog/exchange/reading.py": "bytes to rows",
    "oms/catalog/exchange/report.py": "what an import did, by row",
    "oms/catalog/exchange/shopify.py": "rows to products",
    "oms/catalog/media/encoding.py": "a picture in its sizes",
    "oms/catalog/media/folder.py": "where pictures lie",
    "oms/catalog/requests.py": "what actions take",
    "oms/catalog/search/words.py": "words to search terms, bigrams for Chinese",
    "oms/catalog/writing.py": "rows of a product, written",
    "oms/notifications/sending/letters.py": "what the mails about sending say",
    "oms/notifications/signing.py": "the signature of a mail",
    "oms/notifications/texting/wire.py": "what the text service says",
    "oms/notifications/letters.py": "what each mail says",
    "oms/channels/connectors/places.py": "the codes of regions",
    "oms/channels/connectors/wire.py": "what is said to any marketplace",
    "oms/channels/selling/figures.py": "a marketplace's figures as an order holds them",
    "oms/channels/selling/files.py": "a file of orders",
    "oms/finance/books/entries.py": "every cent of an order, by line",
    "oms/finance/period.py": "days of the books, and quarters of tax",
    "oms/finance/sheets.py": "reports as files",
    "oms/fulfillment/printing/paper.py": "PDFs with the fonts that a name needs",
    "oms/fulfillment/scanning.py": "what a scanner types",
    "oms/insights/demand/forecasting.py": "the arithmetic of forecasts",
    "oms/insights/reordering.py": "the arithmetic of when to order, and how much",
    "oms/inventory/sourcing.py": "the rules that choose a warehouse",
    "oms/orders/placing/necessity.py": "which fields an order needs",
    "oms/payments/reconciling.py": "our money beside Stripe's",
    "oms/privacy/access/happenings.py": "what happened to somebody's orders, with its day",
    "oms/privacy/asking/grounds.py": "why a request may be refused, as data",
    "oms/privacy/asking/reading.py": "a mail to a request",
    "oms/privacy/asking/receiving.py": "mails, each once",
    "oms/privacy/evidence/controls.py": "the controls that are measured",
    "oms/privacy/evidence/papers.py": "certificates, and which are shown",
    "oms/privacy/minors/ages.py": "under which age somebody is a child, as data",
    "oms/privacy/notice/claims.py": "what words claim and only a certificate may say",
    "oms/privacy/clocks/calendar.py": "the shop's working days",
    "oms/privacy/mapping/terms.py": "the register's words in two published vocabularies",
    "oms/privacy/retention/schedules.py": "what ends other than by a key or a life",
    "oms/privacy/clocks/regimes.py": "what each law allows, as data",
    "oms/privacy/copies/writing.py": "a copy as JSON, table and page",
    "oms/payments/words.py": "what is said to Stripe and by it, in our words",
    "oms/payments/troubles.py": "rows that break, one by one",
    "oms/pricing/quote.py": "the arithmetic of a quote",
    "oms/signins/countries.py": "in which country an address lies, and how far two are apart",
    "oms/signins/judging.py": "when a sign-in is unusual",
    "oms/shipping/carriers/hollow_post.py": "the API of one carrier",
    "oms/shipping/carriers/known.py": "carriers and their services by code",
    "oms/shipping/carriers/wire.py": "what is said to any carrier",
    "oms/shipping/customs.py": "which border is declared, and what",
    "storefront/account/access.py": "what the person at this browser may see",
    "storefront/account/codes.py": "asking for a code and typing it",
    "storefront/account/entry.py": "the routes of signing in and of a guest's proof",
    "storefront/cart/basket.py": "the cart of the session",
    "storefront/catalog/listing.py": "a list's context from its address",
    "storefront/catalog/market.py": "the market of a request",
    "storefront/catalog/product.py": "a product's context",
    "storefront/checkout/paying.py": "transaction, gateway, transaction",
    "storefront/home/nav.py": "the links around every page",
    "storefront/orders/access.py": "who may see an order",
    "storefront/orders/correctable.py": "what a buyer may still correct of an order",
    "storefront/orders/standing.py": "how an order stands, in words",
    "storefront/orders/changing.py": "the routes of what a buyer can still change",
    "storefront/orders/right.py": "what can be withdrawn from, in words",
    "storefront/orders/withdrawing.py": "the routes of the EU right of withdrawal",
    "oms/risk/scoring.py": "how much each sign of abuse counts, as one table",
    "oms/risk/words.py": "signs of abuse in sentences",
    "storefront/orders/look.py": "an order that waits for a person, in words",
    "oms/returns/period.py": "until when a buyer may withdraw",
    "storefront/privacy/mails.py": "what each mail is called",
    "storefront/orders/record.py": "the ticket's two sides",
}
# Folders of `oms` that are no features.
NO_FEATURES = frozenset({"kernel", "web", "local"})
# Words of Flask and of stores may be used by these files of a feature only.
OF_THE_WEB = frozenset({"views", "forms", "webhooks", "pages", "commands", "checks"})
# The face's rooms ask some things in the same words: (file, feature) whose forms it uses. See ADR 0021.
SHARED_FORMS = {
    ("storefront/orders/changing.py", "storefront.checkout"): "an address is corrected as it was asked",
    ("storefront/orders/pages.py", "storefront.account"): "a guest is proved by the mailbox, as an account",
}
# Functions that open transactions where the name of their file would not let them. See ADR 0021.
OPENERS: dict[str, frozenset[str]] = {
    # Doors of the face: routes, and the hands of views, in files of their own.
    "storefront/account/codes.py": _words("ask finish _note _account_of"),
    "storefront/account/entry.py": _words("sign_in_with_password _let_in"),
    "storefront/checkout/paying.py": _words("_let_go _tried _opened learn"),
    "storefront/orders/changing.py": _words("_keep cancel"),
    "storefront/orders/withdrawing.py": _words("_step"),
    # What cannot be one transaction, as keys go between two: privacy's verbs are runs.
    "oms/privacy/arrivals/actions.py": _words("receive bring"),
    "oms/privacy/asking/receiving.py": _words("take"),
    "oms/privacy/closing/actions.py": _words("shred _forgotten"),
    "oms/privacy/copies/actions.py": _words("build _begun _finish take drop _destroy"),
    "oms/privacy/exports/actions.py": _words("build take drop"),
    "oms/privacy/erasure/actions.py": _words(
        "carry_out _note_answered _begin _is_ready _keep_mailbox _erase _certify"
    ),
    "oms/privacy/locking/actions.py": _words("note_told lock_again unlock"),
    "oms/privacy/retention/actions.py": _words("let_go sweep_leftovers _each _past_their_life"),
    # A conversation with a marketplace ends where it turns us away.
    "oms/channels/runs.py": _words("speaking"),
    # Work on whole tables, between the steps of which nothing may be open.
    "oms/privacy/clearing/actions.py": _words("_note"),
    # Rows that break, one by one.
    "oms/payments/troubles.py": _words("_note"),
}
