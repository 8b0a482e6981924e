"""Sign-ins: each one is kept for 30 days, judged, and told to its person where it is unusual.

Nouns: sign-in, reason, alert. Neighbors: web has the budgets of tries; buyers, staff and the face tell of an
arrival; notifications writes to its person; the privacy desk shows the alerts. No internet address is kept.
"""
