"""The clinic's phone number as a link."""


def phone_link(phone: str) -> str:
    """An address (RFC 3966) to call it by: "(312) 555-0100" gives tel:3125550100."""
    return "tel:" + "".join(character for character in phone if character in "+0123456789")
