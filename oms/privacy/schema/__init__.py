"""How to read the copy of a person's data: a JSON Schema, made from the register."""
