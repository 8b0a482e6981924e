"""People's rights: see, copy, erase; retention and the notice. Neighbors: the register, the vault."""
