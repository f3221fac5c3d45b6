"""The people who work in the demonstration, their roles and posts."""

from __future__ import annotations

from houshayu.models import HOME_KINDS, Membership, Place, Post, Role, User

PASSWORD = "houshayu-2020"
# Shown after the start: login, role, place.
LOGINS = [
    ("coordinator", Role.COORDINATOR, "houshayu", "赵协调"),
    ("worker", Role.COMMUNITY_WORKER, "jiangshanfu", "李社区"),
    ("hub", Role.TRANSFER_TEAM, "ncie-hub", "周转运"),
    ("hotel", Role.HOTEL_STAFF, "demo-hotel-jia", "陈酒店"),
    ("doctor", Role.MEDICAL_MEMBER, "houshayu", "孙医生"),
    ("duty", Role.DUTY_OFFICER, "houshayu", "吴值班"),
    ("konggang", Role.COMMUNITY_WORKER, "konggang", "郑空港"),
    ("guard", Role.CHECKPOINT_GUARD, "jiangshanfu-gate", "冯卡口"),
    ("interpreter", Role.LANGUAGE_MEMBER, "houshayu", "Emma Lindqvist"),
    ("auditor", Role.PRIVACY_AUDITOR, "houshayu", "卫审计"),
    ("admin", Role.ADMINISTRATOR, "shunyi", "蒋管理"),
]
TASKS = [
    ("houshayu", "handoff", "Handoff team, centralized", "接转（集中观察）", "hub"),
    ("houshayu", "medical", "Medical support on duty", "医疗保障值班", "doctor"),
    ("houshayu", "transport", "Vehicles and drivers", "车辆调度", None),
    ("houshayu", "hotel", "Rooms and meals", "房间与餐饮", "hotel"),
    ("houshayu", "language", "Interpreting", "外语翻译", "interpreter"),
    ("jiangshanfu", "", "Visits and follow-up", "走访与随访", "worker"),
    ("ncie-hub", "", "Registration desk", "登记台", "hub"),
    ("demo-hotel-jia", "", "Front desk, 24 hours", "前台（24小时）", "hotel"),
]


def create_accounts() -> None:
    """Every holder of cases has somebody who works there; the named logins are among them."""
    for login, role, code, name in LOGINS:
        _user(
            login, name, role, Place.objects.get(code=code), "en" if name.isascii() else "zh-hans"
        )
    taken = {code for _login, _role, code, _name in LOGINS}
    for place in (
        Place.objects.holders()
        .exclude(code__in=taken)
        .filter(ancestors__contains=[Place.objects.get(code="houshayu").pk])
    ):
        role = Role.COMMUNITY_WORKER if place.kind in HOME_KINDS else Role.HOTEL_STAFF
        if place.kind != "subdistrict":
            _user(place.code, f"{place.name}值班员", role, place)
    for place_code, group, task_en, task_zh, holder in TASKS:
        Post.objects.update_or_create(
            place=Place.objects.get(code=place_code),
            task_zh_hans=task_zh,
            defaults={
                "task_en": task_en,
                "group": group,
                "holder": User.objects.filter(username=holder).first(),
                "is_lead": bool(group and holder),
            },
        )


def _user(login: str, name: str, role: Role, place: Place, language: str = "zh-hans") -> User:
    user, new = User.objects.get_or_create(
        username=login,
        defaults={"name": name, "email": f"{login}@houshayu.example", "language": language},
    )
    if new:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    Membership.objects.get_or_create(user=user, role=role, place=place)
    return user


def worker_of(place: Place) -> User:
    """Somebody who works at the place, or above it."""
    member = (
        Membership.objects.filter(place__in=place.ancestors, role__in=[
            Role.COMMUNITY_WORKER, Role.HOTEL_STAFF, Role.TRANSFER_TEAM, Role.COORDINATOR,
        ])
        .select_related("user", "place")
        .order_by("-place__ancestors__len")
        .first()
    )  # fmt: skip
    if member is None:
        raise LookupError(f"Nobody works at {place.code}.")
    return member.user
