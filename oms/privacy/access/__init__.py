"""What is known about a person, to whom it was told, who looked, and the copy of it all."""
