import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "houshayu.settings")

app = Celery("houshayu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
