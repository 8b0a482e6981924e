"""What authorities ask for: instrument, scope, two who agree, the covered fields alone, a person told."""
