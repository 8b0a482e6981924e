"""One-click unsubscribe: the page asks, the button and the mail program act."""
