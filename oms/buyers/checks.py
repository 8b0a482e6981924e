"""What must hold of accounts and mailbox codes on live data."""

from oms.kernel.db import Role
from oms.web.doctor import none_of

none_of(
    "Mailbox codes kept for more than two hours",
    "See that the relay runs scheduled jobs, or run them here: flask --app wsgi outbox drain --scheduled",
    "SELECT count(*) FROM mailbox_challenges WHERE created_at < now() - interval '2 hours'",
)
none_of(
    "Sessions of closed accounts",
    "End them: delete these rows of web_sessions.",
    "SELECT count(*) FROM web_sessions JOIN buyers ON web_sessions.person = 'buyer:' || buyers.id"
    " WHERE buyers.state = 'closed'",
    role=Role.WEB,
)
none_of(
    "Sign-in budgets kept for more than three days",
    "See that the relay runs scheduled jobs, or run them here: flask --app wsgi outbox drain --scheduled",
    "SELECT count(*) FROM sign_in_budgets WHERE tried_at < now() - interval '3 days'",
)
