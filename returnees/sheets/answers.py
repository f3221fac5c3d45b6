"""The answer to somebody who prints one sheet."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from houshayu import printing
from houshayu.address import address, asked
from houshayu.http import Request


def sheet_response(request: Request, html: str, filename: str) -> HttpResponse:
    """The sheet as a file, shown in the browser; its name says nothing about a person.

    Where characters can't be printed, a page first says which; ?gaps=1 prints the sheet without.
    """
    characters = [] if "gaps" in asked(request) else printing.unprintable(html)
    if characters:
        context = {"characters": characters, "anyway": address(request, request.path, gaps="1")}
        return render(request, "returnees/print_gaps.html", context)
    return HttpResponse(
        printing.pdf(html),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{filename}"',
            "Cache-Control": "no-store",
        },
    )
