"""What billing counts: pure, and only with `Decimal`."""
