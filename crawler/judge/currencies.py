"""Names, codes and signs of currencies, folded as `store.text.fold` folds them, to ISO 4217.

`元` and `块` alone mean yuan, `$` alone means US dollars and `¥` alone means yuan: the convention of news about China.
"""

from __future__ import annotations

import re


def _by_name(names_of: dict[str, str]) -> dict[str, str]:
    return {name: iso for iso, names in names_of.items() for name in names.split("|")}


CHINESE = _by_name(
    {
        "CNY": "元|圆|块|块钱|人民币|元人民币|元rmb|人民币元",
        "USD": "美元|美金|美圆|美币|元美金",
        "HKD": "港元|港币|港圆|港纸|元港币",
        "TWD": "新台币|台币|新台币元|台元|元新台币|元台币",
        "MOP": "澳门元|澳门币",
        "EUR": "欧元",
        "GBP": "英镑",
        "JPY": "日元|日圆|日币",
        "KRW": "韩元|韩圆|韩币",
        "RUB": "卢布|俄罗斯卢布",
        "CHF": "瑞士法郎|瑞郎|法郎",
        "CAD": "加元|加拿大元|加币",
        "AUD": "澳元|澳大利亚元|澳币|澳洲元",
        "SGD": "新元|新加坡元|坡币|新币",
        "NZD": "纽元|新西兰元",
        "INR": "卢比|印度卢比",
        "PKR": "巴基斯坦卢比",
        "IDR": "印尼盾|印尼卢比",
        "VND": "越南盾",
        "THB": "泰铢|铢",
        "MYR": "林吉特|令吉|马币",
        "PHP": "菲律宾比索",
        "MXN": "墨西哥比索",
        "ARS": "阿根廷比索",
        "BRL": "雷亚尔|巴西雷亚尔",
        "ZAR": "兰特|南非兰特",
        "TRY": "里拉|土耳其里拉",
        "NGN": "奈拉|尼日利亚奈拉",
        "SEK": "瑞典克朗",
        "DKK": "丹麦克朗",
        "NOK": "挪威克朗",
        "CZK": "捷克克朗",
        "ISK": "冰岛克朗",
        "PLN": "兹罗提|波兰兹罗提",
        "HUF": "福林|匈牙利福林",
        "ILS": "谢克尔|新谢克尔|以色列谢克尔|以色列新谢克尔",
        "AED": "迪拉姆|阿联酋迪拉姆",
        "SAR": "里亚尔|沙特里亚尔",
        "QAR": "卡塔尔里亚尔",
        "EGP": "埃及镑",
        "KWD": "科威特第纳尔",
        "KZT": "坚戈",
        "MNT": "图格里克",
        "UAH": "格里夫纳",
        "BDT": "塔卡",
        "MMK": "缅元|缅币",
        "LAK": "基普",
        "KHR": "瑞尔",
    }
)

ENGLISH = _by_name(
    {
        "CNY": "yuan|yuan renminbi|renminbi|rmb|cny|chinese yuan",
        "USD": "dollars|dollar|us dollars|us dollar|u.s. dollars|u.s. dollar|american dollars|usd|us$",
        "HKD": "hong kong dollars|hong kong dollar|hk dollars|hkd|hk$",
        "TWD": "new taiwan dollars|taiwan dollars|nt dollars|twd|ntd",
        "SGD": "singapore dollars|sgd",
        "AUD": "australian dollars|aud",
        "CAD": "canadian dollars|cad",
        "NZD": "new zealand dollars|nzd",
        "EUR": "euros|euro|eur",
        "GBP": "pounds|pounds sterling|british pounds|gbp",
        "JPY": "yen|japanese yen|jpy",
        "KRW": "won|korean won|krw",
        "CHF": "swiss francs|francs|chf",
        "RUB": "rubles|roubles|ruble|rouble|rub",
        "INR": "rupees|rupee|indian rupees|inr",
        "THB": "baht|thb",
        "MYR": "ringgit|myr",
        "IDR": "rupiah|idr",
        "VND": "dong|vnd",
        "PHP": "pesos",
        "BRL": "reais|brl",
        "ZAR": "rand|zar",
        "TRY": "lira",
        "AED": "dirhams|dirham|aed",
        "SAR": "riyals|sar",
        "ILS": "shekels|shekel|ils",
        "NGN": "naira",
        "SEK": "swedish kronor|sek",
        "DKK": "danish kroner|dkk",
        "NOK": "norwegian kroner|nok",
        "PLN": "zloty|pln",
    }
)

SIGNS = _by_name(
    {
        "USD": "$|us$|us $|usd$|u.s.$",
        "HKD": "hk$|hkd$",
        "TWD": "nt$",
        "SGD": "s$|sg$",
        "AUD": "a$|au$",
        "CAD": "c$|ca$",
        "NZD": "nz$",
        "BRL": "r$",
        "MOP": "mop$",
        "CNY": "¥|￥|rmb¥|rmb￥|cn¥",
        "JPY": "jp¥",
        "EUR": "€",
        "GBP": "£",
        "KRW": "₩",
        "RUB": "₽",
        "INR": "₹",
        "THB": "฿",
        "VND": "₫",
        "ILS": "₪",
        "TRY": "₺",
        "UAH": "₴",
        "NGN": "₦",
        "PHP": "₱",
    }
)

# Codes and words that stand before the figure: `RMB 100 million`, `人民币8千元`. Short words that mean other things too stay out.
LEADING = (
    SIGNS
    | {code: iso for code, iso in ENGLISH.items() if len(code) == 3 and code not in ("yen", "won")}
    | {word: iso for word, iso in CHINESE.items() if word[0] not in "元块圆" and word not in ("铢", "法郎", "新元", "新币")}
)


def pattern(names: dict[str, str]) -> str:
    """A regular expression that matches any of `names`, the longest one first."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
