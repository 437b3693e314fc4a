"""Unified social credit codes (统一社会信用代码), GB 32100-2015.

18 characters: 17 of the alphabet below and a check character, weights 3^i mod 31, modulus 31.
"""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {char: value for value, char in enumerate(ALPHABET)}
_WEIGHTS = [pow(3, i, 31) for i in range(17)]


def normalize(text: str) -> str:
    """The code without blanks and in upper case, as it is stored and compared."""
    return "".join(text.split()).upper()


def check_character(first17: str) -> str:
    """The 18th character that belongs to the first 17; raises KeyError on a foreign character."""
    total = sum(_VALUE[char] * weight for char, weight in zip(first17, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def is_valid(code: str) -> bool:
    """True if a normalized code has 18 allowed characters and the right check character."""
    if len(code) != 18 or any(char not in _VALUE for char in code):
        return False
    return check_character(code[:17]) == code[17]
