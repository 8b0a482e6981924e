"""Finding at the desk: an order by its number or an exact e-mail, a SKU, a page; nothing by guessing."""
