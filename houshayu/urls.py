from django.urls import include, path

from houshayu.views import jobs, language, members, messages, posts, reveals, workorders

urlpatterns = [
    path("language/", language.set_language, name="set_language"),
    path("accounts/", include("houshayu.account_urls")),
    path("inbox/", messages.inbox, name="inbox"),
    path("inbox/<int:pk>/", messages.message_detail, name="message_detail"),
    path("inbox/read/", messages.inbox_read, name="inbox_read"),
    path("inbox/<int:pk>/read/", messages.message_read, name="message_read"),
    path("inbox/bulk/", messages.inbox_bulk, name="inbox_bulk"),
    path("outbox/", messages.outbox, name="outbox"),
    path("outbox/bulk/", messages.outbox_bulk, name="outbox_bulk"),
    path("outbox/<int:pk>/", messages.outbox_settle, name="outbox_settle"),
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<int:pk>/file/", jobs.job_file, name="job_file"),
    path("posts/", posts.post_list, name="post_list"),
    path("posts/<int:pk>/", posts.post_edit, name="post_edit"),
    path("members/", members.membership_list, name="membership_list"),
    path("members/new/", members.user_add, name="user_add"),
    path("members/<int:pk>/roles/", members.membership_add, name="membership_add"),
    path("members/<int:pk>/password/", members.password_renew, name="password_renew"),
    path("reveals/", reveals.reveal_list, name="reveal_list"),
    path("work-orders/", workorders.workorder_list, name="workorder_list"),
    path("work-orders/bulk/", workorders.workorder_bulk, name="workorder_bulk"),
    path("work-orders/new/", workorders.workorder_open, name="workorder_open"),
    path("work-orders/<int:pk>/", workorders.workorder_detail, name="workorder_detail"),
    path("work-orders/<int:pk>/done/", workorders.workorder_done, name="workorder_done"),
    path("roles/<int:pk>/remove/", members.membership_remove, name="membership_remove"),
]
