"""Money in and back: payments, refunds, Stripe. Says `payment.captured`; knows no order."""
