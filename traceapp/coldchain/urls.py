from django.urls import path

from traceapp.coldchain import case_views, challenge_views, leg_views, set_views

app_name = "coldchain"
urlpatterns = [
    path("", case_views.index, name="index"),
    path("cases/<uuid:uid>/", case_views.case, name="case"),
    path("cases/<uuid:uid>/acknowledge/", case_views.acknowledge, name="acknowledge"),
    path("cases/<uuid:uid>/hold/", case_views.hold, name="hold"),
    path("cases/<uuid:uid>/owner/", case_views.owner, name="owner"),
    path("cases/<uuid:uid>/note/", case_views.note, name="note"),
    path("cases/<uuid:uid>/decide/", case_views.decide, name="decide"),
    path("legs/", leg_views.index, name="legs"),
    path("legs/<uuid:uid>/", leg_views.leg, name="leg"),
    path("legs/<uuid:uid>/now/", leg_views.now, name="leg-now"),
    path("legs/<uuid:uid>/readings.csv", leg_views.as_csv, name="leg-csv"),
    path("legs/<uuid:uid>/readings.parquet", leg_views.as_parquet, name="leg-parquet"),
    path("legs/<uuid:uid>/record/", leg_views.record, name="record"),
    path("on-ledger/<slug:leg_id>/challenge/", challenge_views.challenge, name="challenge"),
    path("journey/", leg_views.journey, name="journey"),
    path("conditions/", set_views.conditions, name="conditions"),
    path("conditions/add/", set_views.conditions_add, name="conditions-add"),
    path("conditions/<int:pk>/", set_views.conditions_change, name="conditions-change"),
    path("conditions/<int:pk>/remove/", set_views.conditions_remove, name="conditions-remove"),
    path("alarms/", set_views.alarms, name="alarms"),
    path("alarms/<int:pk>/remove/", set_views.alarm_remove, name="alarm-remove"),
]
