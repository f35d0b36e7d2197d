from django.urls import path

from traceapp.intents import views

app_name = "intents"

urlpatterns = [path("<uuid:uid>/", views.confirm, name="confirm")]
