from django.urls import include, path

from houshayu.views import language, members, messages, posts, reveals

urlpatterns = [
    path("language/", language.set_language, name="set_language"),
    path("accounts/", include("houshayu.account_urls")),
    path("inbox/", messages.inbox, name="inbox"),
    path("inbox/<int:pk>/", messages.message_detail, name="message_detail"),
    path("inbox/read/", messages.inbox_read, name="inbox_read"),
    path("outbox/", messages.outbox, name="outbox"),
    path("outbox/<int:pk>/", messages.outbox_settle, name="outbox_settle"),
    path("posts/", posts.post_list, name="post_list"),
    path("posts/<int:pk>/", posts.post_edit, name="post_edit"),
    path("members/", members.membership_list, name="membership_list"),
    path("members/new/", members.user_add, name="user_add"),
    path("members/<int:pk>/roles/", members.membership_add, name="membership_add"),
    path("members/<int:pk>/password/", members.password_renew, name="password_renew"),
    path("reveals/", reveals.reveal_list, name="reveal_list"),
    path("roles/<int:pk>/remove/", members.membership_remove, name="membership_remove"),
]
