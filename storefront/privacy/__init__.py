"""A person's own data: see, copy, correct, delete; and the notice that is made from the register."""
