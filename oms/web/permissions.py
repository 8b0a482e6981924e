"""What a member of staff may do: the words that guard the routes of the desk."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing that a role may allow; reading and changing are apart, and money is apart from both."""

    HOME = "see the desk"
    ORDERS_READ = "see orders"
    ORDERS_CHANGE = "change and cancel orders"
    REFUND = "give money back"
    REVEAL = "see personal data, with a reason"
    WAREHOUSE = "pick, pack and ship"
    STOCK_READ = "see stock"
    STOCK_CHANGE = "change stock"
    CATALOG_READ = "see products"
    CATALOG_CHANGE = "change products and prices"
    MESSAGES = "answer messages"
    RISK = "look at doubtful orders"
    PRIVACY = "handle privacy requests"
    AUDIT_READ = "read the audit trail"
    FINANCE_READ = "see money"
    FINANCE_CHANGE = "state what goods cost"
    OPERATIONS = "see and retry failed work"
    STAFF_MANAGE = "add and remove staff"
    SETTINGS = "change settings"
