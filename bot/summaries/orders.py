"""Sentences that talk to a machine reader instead of saying something: orders, false system messages, bait. Pure.

Papers on such texts describe them ("we study prompts such as ..."): only a phrase that addresses somebody counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_ADDRESSED: Final = re.compile(
    # English
    r"\b(?:ignore|disregard|forget|override)\b[^.]{0,40}\b(?:previous|prior|above|earlier|all|these|your|any)"
    r"\b[^.]{0,20}\b(?:instructions?|prompts?|rules?|guidelines?|directions)\b"
    r"|\b(?:ignore|disregard|forget)\s+(?:everything|anything)\b"
    r"|\bas an? (?:ai|llm|language model)\b.{0,40}\b(?:review|assistant|you)|\bi['’ ]?a?m an? (?:ai|language model)\b"
    r"|\bas an? (?:ai|language model),? (?:i|you)\b|\bi (?:cannot|can['’]t|am unable to) (?:help|assist|comply|summari)"
    r"|\b(?:give|write|output|say|print|reply|respond|answer)\b[^.]{0,30}\b(?:positive review|only with|exactly"
    r"|the word|nothing else|nothing but|(?:5|five) stars)\b"
    r"|\byou (?:are|must|should|will) (?:now )?(?:an? |be )?(?:ai|llm|assistant|reviewer|chatbot|dan|free|unrestricted"
    r"|recommend|ignore|obey|reply|respond|answer|output|say|tell|praise|rewarded)\b"
    r"|\b(?:system|developer) (?:prompt|message|note|override|instructions?)\s*[:\]]"
    r"|<\|?(?:system|im_start|im_end|user)|\[/?system\]|<<sys>>|\A\W*(?:system|assistant|user|human)\s*:"
    r"|\bnew instructions?\s*:|\bdo not (?:highlight|mention) any negatives?\b"
    r"|\bnote to (?:the )?(?:ai|llm|model|assistant|summari[sz]er)"
    r"|\b(?:ai|llm|summari[sz]er|assistant|model)s?(?: reviewers?| readers?| agents?)?[,:] (?:please|you must|recommend"
    r"|rate|say|add|include|tell|ignore|insert)\b"
    r"|\brecommend (?:accepting|acceptance of|everyone|this (?:paper|work)|reading this)\b"
    r"|\brate (?:it|this (?:paper|work))\b.{0,20}\b(?:10|ten|highest|best)\b"
    r"|\b(?:click|tap|subscribe|join us|sign up|visit|follow us|donate)\b.{0,15}\b(?:here|now|our|at|today)\b"
    r"|\b(?:tell|urge|ask) (?:the |your |all )?(?:readers?|users?|everyone|subscribers)\b.{0,30}\bto\b"
    r"|\b(?:insert|append|add|include|post|share|paste)\b.{0,30}\b(?:this|the following|following)"
    r" (?:link|url|text|line)\b"
    r"|\bend of (?:the )?(?:abstract|paper|document|input)\b\W*(?:new|system|now|begin)"
    r"|[\"']\s*(?:tldr|tl;dr|headline|takeaways|title_translation)[\"']\s*:"
    # Chinese
    r"|(?:忽略|无视|忘记|不要理会).{0,10}(?:指令|提示|规则|要求|内容|限制)|作为(?:一个)?(?:AI|人工智能|语言模型)"
    r"|点击(?:此处|这里|链接)|加(?:微信|群|QQ)|系统(?:提示|消息|指令)\s*[:：]|你(?:现在)?(?:必须|是一个|应该|要)"
    r"|(?:请|务必)(?:推荐|给出好评|回复|输出|转发)|給予好評|(?:無視|忽略).{0,10}指示"
    # Russian, Ukrainian
    r"|(?:игнорир|забудь|проигнорир|не обращай)\w*.{0,30}(?:инструкц|указан|правил)|как языковая модель"
    r"|(?:ты|вы) (?:должен|должны|теперь|обязан)|(?:порекоменду|рекоменду|поставь)(?:й|йте|те)\b"
    r"|перейди(?:те)? по ссылке|системное сообщение\s*:"
    # Japanese, German, French, Spanish
    r"|(?:以前|これまで|上記|前)の(?:指示|命令|プロンプト)|あなたは.{0,12}(?:アシスタント|AI|でなければ)|指示.{0,6}無視"
    r"|\b(?:ignorier|vergiss|missacht)\w*\b.{0,40}\b(?:anweisung|befehl|regel)\w*"
    r"|\bdu (?:bist|musst) (?:jetzt|nun|diese)"
    r"|\b(?:ignore[rz]?|oublie[rz]?)\s(?:les|vos|ces|toutes)\b.{0,30}\b(?:instructions?|consignes?|règles?)\b"
    r"|\bvous (?:devez|êtes maintenant)\b"
    r"|\b(?:ignora|olvida)\w*\b.{0,40}\b(?:instrucciones|reglas|indicaciones)\b"
    r"|\bdebes (?:recomendar|responder|decir)\b",
    re.IGNORECASE,
)


_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """`text` without the characters nobody sees, which hide words from whoever looks for them.

    Joiners stay: Persian, Hindi and emoji need them.
    """
    return _INVISIBLE.sub("", text)


def sound(sentences: Iterable[str]) -> tuple[str, ...]:
    """Those of `sentences` that are said to readers."""
    return tuple(sentence for sentence in sentences if not addresses_a_machine(sentence))


def without_orders(text: str) -> str:
    """`text`, one line, up to where it begins to talk to a machine; '' if that leaves hardly a word."""
    match = _ADDRESSED.search(text)
    if match is None:
        return text
    kept = text[: match.start()].rstrip(" .:;,–—-")
    return kept if len(kept) >= 10 else ""


def addresses_a_machine(text: str) -> bool:
    """Whether some of `text` is said to whoever summarizes or shows it, not about its subject."""
    return _ADDRESSED.search(text) is not None
