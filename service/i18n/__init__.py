"""The words of the product in every language: one JSON catalogue a language, and the lookup in them."""

from service.i18n.catalogue import LANGUAGES, direction, language, translate

__all__ = ["LANGUAGES", "direction", "language", "translate"]
