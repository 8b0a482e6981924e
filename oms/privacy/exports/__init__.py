"""Lists of many people: asked for with a reason, agreed to by somebody else, taken once, then gone."""
