from __future__ import annotations

from io import BytesIO

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from houshayu.address import asked
from houshayu.filters import JobFilter
from houshayu.http import Request
from houshayu.listing import listing
from houshayu.models import Job
from houshayu.shortcuts import render_fragment


@require_safe
def job_list(request: Request) -> HttpResponse:
    """What the user asked for, the newest first."""
    own = JobFilter(asked(request), Job.objects.visible_to(request.user), request=request)
    return listing(request, "houshayu/job_list.html", own, order=["-asked_at", "-id"])


@require_safe
def job_detail(request: Request, pk: int) -> HttpResponse:
    """How far the job is; the page asks again every second until it is finished."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if request.htmx:
        return render_fragment(request, "houshayu/_job_progress.html", {"job": job})
    return render(request, "houshayu/job_detail.html", {"job": job})


@require_safe
def job_file(request: Request, pk: int) -> FileResponse:
    """The finished file, for the one who asked for it."""
    job = get_object_or_404(Job.objects.visible_to(request.user).exclude(file=""), pk=pk)
    return FileResponse(
        BytesIO(job.content()),
        filename=job.what.file_name(job),
        content_type=job.what.media_type,
        headers={"Cache-Control": "no-store"},
    )
