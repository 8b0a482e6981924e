"""Where something goes that a marketplace sold: fetched while it is to be sent, and never twice."""
