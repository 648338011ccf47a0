"""What the service does with an order."""

import json

CENTS = {"apple": 50, "pear": 70}


class NotAnOrder(ValueError):
    """A record that cannot be priced."""


def priced(order: bytes) -> bytes:
    """The order, such as ``{"item": "pear", "number": 3}``, with its price in cents. Raises NotAnOrder."""
    try:
        read = json.loads(order)
        return json.dumps(read | {"cents": CENTS[read["item"]] * read["number"]}).encode()
    except (ValueError, KeyError, TypeError) as error:
        raise NotAnOrder(repr(error)) from error
