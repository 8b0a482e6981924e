"""What is sold: markets, products, variants, SKUs, prices, media, collections. Priced by pricing.

`product` and `browse` are what shoppers look at, `search` what they find, `merchandise` how goods are put
before them, `media` their pictures, `exchange` how whole catalogs come and go as files.
"""
