"""Logging in to the API: a password, for some a one-time code too, for a token of one shift."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError as FormError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from knox.models import AuthToken
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from houshayu.accounts import lacks_second_step
from houshayu.models import User
from houshayu.one_time_codes import CodeForm


class LoginSerializer(serializers.Serializer):
    """A user's name and password, and the code of those who have a second step."""

    username = serializers.CharField(label=_("username"), max_length=150)
    password = serializers.CharField(label=_("password"), trim_whitespace=False)
    code = serializers.CharField(label=_("One-time code"), required=False, max_length=20)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Add the user; a wrong password counts towards the same lock-out as on the page."""
        request = self.context["request"]._request
        try:
            user = get_adapter().authenticate(
                request, username=data["username"], password=data["password"]
            )
        except FormError as locked:
            raise serializers.ValidationError(locked.messages) from None
        if not isinstance(user, User) or not user.is_active:
            raise serializers.ValidationError(_("The username or the password is wrong."))
        if user.has_given_password:
            raise serializers.ValidationError(
                _(
                    "You were given this password: "
                    "please log in to the pages and choose your own first."
                )
            )
        if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            self._check_code(user, data.get("code", ""))
        elif settings.HOUSHAYU_REQUIRE_TOTP and lacks_second_step(user):
            raise serializers.ValidationError(
                _(
                    "Your role requires two-step login: "
                    "please log in to the pages and set it up first."
                )
            )
        return data | {"user": user}

    def _check_code(self, user: User, code: str) -> None:
        form = CodeForm({"code": code}, user=user)
        if not form.is_valid():
            raise serializers.ValidationError({"code": form.errors["code"]})
        form.authenticator.record_usage()


class TokenSerializer(serializers.Serializer):
    """Sent with every request as the header `Authorization: Token …`; shown this once."""

    token = serializers.CharField()
    expiry = serializers.DateTimeField()


class Login(APIView):
    """Ten tries a minute and address; five wrong passwords close an account for 15 minutes."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "login"

    @extend_schema(
        summary="Log in",
        request=LoginSerializer,
        responses={201: TokenSerializer},
        auth=[],
        examples=[
            OpenApiExample(
                "A community worker",
                value={"username": "worker", "password": "kapok blossom 20"},
                request_only=True,
            ),
            OpenApiExample(
                "A coordinator, with the code of the second step",
                value={"username": "coordinator", "password": "…", "code": "123456"},
                request_only=True,
            ),
            OpenApiExample(
                "A token",
                value={"token": "9f1c…", "expiry": "2020-03-20T20:30:00+08:00"},
                response_only=True,
                status_codes=["201"],
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        login = LoginSerializer(data=request.data, context={"request": request})
        login.is_valid(raise_exception=True)
        user = login.validated_data["user"]
        AuthToken.objects.filter(user=user, expiry__lte=timezone.now()).delete()
        stored, token = AuthToken.objects.create(user=user)
        shown = TokenSerializer({"token": token, "expiry": stored.expiry})
        return Response(
            shown.data, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"}
        )


class Logout(APIView):
    """The token that the request came with is no longer valid."""

    @extend_schema(summary="Log out", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, AuthToken):
            request.auth.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutAll(APIView):
    """No token of the user is valid any more: for a lost telephone."""

    @extend_schema(summary="Log out everywhere", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        AuthToken.objects.filter(user=request.user).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
