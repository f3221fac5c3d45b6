from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from houshayu.language import remember, speak


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The interface speaks the language asked for, and the reader is back on the same page.

    It is kept with the user, and for the login page in a cookie.
    """
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    response = HttpResponseRedirect(back if safe else "/")
    language = request.POST.get("language", "")
    if language in settings.INTERFACE_LANGUAGES:
        speak(request, language)
        remember(response, language)
    return response
