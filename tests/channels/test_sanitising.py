"""Nothing that runs, loads or sends gets through."""

import re

import pytest

from barrymore.channels.mail.sanitising import sanitised

CORPUS = """<script>alert(1)</script>
<img src=x onerror=alert(1)>
<svg onload=alert(1)>
<svg><script>alert(1)</script></svg>
<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>
<a href="javascript:alert(1)">x</a>
<a href=" java\tscript:alert(1)">x</a>
<a href="JaVaScRiPt:alert(1)">x</a>
<a href="data:text/html,<script>alert(1)</script>">x</a>
<a href="vbscript:x">x</a>
<iframe srcdoc="<script>alert(1)</script>"></iframe>
<iframe src="https://evil.example"></iframe>
<form action="https://evil.example"><input name=p><button formaction=javascript:alert(1)>x</button></form>
<base href="https://evil.example/">
<meta http-equiv="refresh" content="0;url=https://evil.example">
<link rel=stylesheet href="https://evil.example/x.css">
<style>body{background:url(https://evil.example/x)}</style>
<div style="background:url(https://evil.example/x);width:expression(alert(1))">x</div>
<object data="https://evil.example/x.swf"></object>
<embed src="https://evil.example/x">
<scr<script>ipt>alert(1)</scr</script>ipt>
<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>
<template><script>alert(1)</script></template>
<textarea><img src=x onerror=alert(1)></textarea>
<title><img src=x onerror=alert(1)></title>
<body onload=alert(1)>
<img src="data:image/svg+xml;base64,PHN2Zy8+">
<video src=x onerror=alert(1)></video><audio src="https://evil.example/a"></audio>
<details open ontoggle=alert(1)>
<input autofocus onfocus=alert(1)>
<table background="https://evil.example/x"><td background="https://evil.example/x">
<a href="//evil.example" ping="https://evil.example">x</a>
<img srcset="https://evil.example/x 2x" src="//evil.example/y">
<xmp><img src=x onerror=alert(1)></xmp>
<!--[if IE]><script>alert(1)</script><![endif]-->
<p id="__proto__" name="body" class="guest">x</p>
<img alt="><script>alert(1)</script>" src="https://evil.example/p">""".split("\n")

HARMFUL = re.compile(
    r"<(?:script|iframe|object|embed|form|input|button|base|meta|link|style|svg|math|video|audio|template)\b"
    r"|<[^<>]*\s(?:on\w+|style|srcset|srcdoc|ping|background|formaction|id|name|class)\s*="
    r"|(?:href|\ssrc)=\"\s*(?:javascript|data|vbscript|https?://evil|//)",
    re.I,
)


def without_values(text: str) -> str:
    """The tags, with what stands inside harmless attribute values taken out."""
    return re.sub(r'(alt|title)="[^"]*"', r'\1=""', text)


@pytest.mark.parametrize("attack", CORPUS)
def test_an_attack_is_harmless(attack: str) -> None:
    clean = sanitised(attack)
    assert not HARMFUL.search(without_values(clean)), clean
    assert not HARMFUL.search(without_values(sanitised(clean)))


def test_remote_pictures_wait_and_inline_ones_show() -> None:
    clean = sanitised('<img src="https://shop.example/p.gif?a=1&b=2"><img src="cid:logo@x">')
    assert clean == '<img data-blocked-src="https://shop.example/p.gif?a=1&amp;b=2"><img src="cid:logo@x">'


def test_links_open_elsewhere() -> None:
    assert sanitised('<a href="https://shop.example/">x</a>') == (
        '<a href="https://shop.example/" target="_blank" rel="noopener noreferrer nofollow">x</a>'
    )


def test_what_is_harmless_stays() -> None:
    page = '<p>One <b>two</b></p><table><tbody><tr><td colspan="2">4</td></tr></tbody></table>'
    assert sanitised(page) == page
