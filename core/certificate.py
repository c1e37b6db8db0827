"""The two forms of certificate numbers (学位证书编号): with kind letters until 2015, sixteen digits since.

Sources: 国务院学位委员会《关于调整学位证书编号方式的通知》(2005-08-25) and 学位〔2015〕18号. Must not know files or rules.
"""

import polars as pl


def mark(number: pl.Expr) -> pl.Expr:
    """The kind letters: "" for plain digits, C CZ Z Q T L S E; null when the number has no known form.

    Professional degrees are Z with a letter of their type or, as in Xinjiang, with digits only.
    """
    plain = number.str.contains(r"^[0-9]{16}$")
    other = pl.when(~plain).then(number)
    return (
        pl.when(plain).then(pl.lit(""))
        .when(other.str.contains(r"^[0-9]{10}[SE][0-9]{5}$")).then(other.str.slice(10, 1))
        .when(other.str.contains(r"^C[0-9]{10}Z[0-9]{5}$")).then(pl.lit("CZ"))
        .when(other.str.contains(r"^(?:[CZQTL][0-9]{16}|Z[0-9]{10}[A-Z][0-9]{5})$")).then(other.str.slice(0, 1))
    )
