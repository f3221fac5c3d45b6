from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.translation import gettext as _

from houshayu import clock
from houshayu.acts import posted
from houshayu.forms import possible_owners
from houshayu.http import Request
from houshayu.models import Place
from returnees import reaching
from returnees.acts import case_act, held_case
from returnees.forms.attempts import AttemptForm
from returnees.models import Custody
from returnees.reaching import NextTooEarly


@permission_required("returnees.record_checkin", raise_exception=True)
def case_attempt(request: Request, number: str) -> HttpResponse:
    """Somebody tried to reach the person, and says who goes next if nobody answered."""
    case, now = held_case(request, number, "returnees.record_checkin"), clock.now()
    holder = Custody.objects.holder_of(case)
    colleagues = possible_owners(Place.objects.filter(pk=holder.pk if holder else 0))
    form = AttemptForm(posted(request), colleagues=colleagues, now=now)

    def note() -> str:
        reaching.note_attempt(case, **form.cleaned_data, by=request.user, now=now)
        return _("The attempt is noted.")

    title, button = _("Attempt to reach the person"), _("Note the attempt")
    beside = {NextTooEarly: "next_at"}
    return case_act(request, case, form, note, title=title, button=button, beside=beside)
