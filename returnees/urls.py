from django.urls import path

from returnees.views import alerts, cases, certificates, labtests, prints, registration, rounds

app_name = "returnees"
urlpatterns = [
    path("cases/", cases.case_list, name="case_list"),
    path("cases/bulk/", cases.case_bulk, name="case_bulk"),
    path("cases/export.xlsx", cases.case_export, name="case_export"),
    path("cases/new/", registration.case_register, name="case_register"),
    path("cases/new/draft/", registration.draft_save, name="draft_save"),
    path("cases/new/draft/<uuid:pk>/delete/", registration.draft_delete, name="draft_delete"),
    path("cases/<str:number>/edit/", registration.case_edit, name="case_edit"),
    path("cases/<str:number>/", cases.case_detail, name="case_detail"),
    path("cases/<str:number>/history/", cases.case_history, name="case_history"),
    path("cases/<str:number>/document/", cases.document_reveal, name="document_reveal"),
    path(
        "cases/<str:number>/certificate/attach/",
        certificates.certificate_attach,
        name="certificate_attach",
    ),
    path("cases/<str:number>/certificate/", certificates.certificate_open, name="certificate_open"),
    path("cases/<str:number>/arrive/", cases.case_arrive, name="case_arrive"),
    path("cases/<str:number>/arrival/", cases.arrival_correct, name="arrival_correct"),
    path("cases/<str:number>/commitment/", cases.commitment_sign, name="commitment_sign"),
    path("cases/<str:number>/assess/", cases.case_assess, name="case_assess"),
    path("cases/<str:number>/release/", cases.case_release, name="case_release"),
    path("cases/<str:number>/close/", cases.case_close, name="case_close"),
    path("cases/<str:number>/restart/", cases.observation_restart, name="observation_restart"),
    path("cases/<str:number>/policy/", cases.policy_change, name="policy_change"),
    path("certificates/", certificates.certificate_verify, name="certificate_verify"),
    path("cases/<str:number>/tests/plan/", labtests.labtest_plan, name="labtest_plan"),
    path("tests/<int:pk>/", labtests.labtest_record, name="labtest_record"),
    path("check-ins/", rounds.round, name="round"),
    path("alerts/", alerts.alert_list, name="alert_list"),
    path("alerts/bulk/", alerts.alert_bulk, name="alert_bulk"),
    path("alerts/<int:pk>/acknowledge/", alerts.alert_acknowledge, name="alert_acknowledge"),
    path("alerts/<int:pk>/resolve/", alerts.alert_resolve, name="alert_resolve"),
    path("cases/<str:number>/print/<str:sheet>.pdf", prints.print_sheet, name="print_sheet"),
    path("prints/", prints.print_many, name="print_many"),
    path("prints/<int:pk>/", prints.print_job, name="print_job"),
    path("prints/<int:pk>/sheets.pdf", prints.print_job_file, name="print_job_file"),
]
