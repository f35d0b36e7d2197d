"""Pages under /forecasts/promotions/."""

from django.urls import path

from forecasting.promotions import views

app_name = "promotions"
urlpatterns = [
    path("", views.index, name="index"),
    path("add/", views.add, name="add"),
    path("upload/", views.upload, name="upload"),
    path("<uuid:uid>/withdraw/", views.withdraw, name="withdraw"),
]
