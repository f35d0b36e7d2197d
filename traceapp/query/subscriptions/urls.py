from django.urls import path

from traceapp.query.subscriptions import views

urlpatterns = [
    path("", views.subscriptions, name="subscriptions"),
    path("add/", views.add, name="subscription-add"),
    path("<uuid:uid>/", views.subscription, name="subscription"),
    path("<uuid:uid>/pause/", views.pause, name="subscription-pause"),
    path("<uuid:uid>/resume/", views.resume, name="subscription-resume"),
    path("<uuid:uid>/end/", views.end, name="subscription-end"),
    path("<uuid:uid>/deliveries/<uuid:delivery>/replay/", views.replay, name="subscription-replay"),
]
