"""The door of the desk: sign-in with password and second factor, and set-up before the first time."""
