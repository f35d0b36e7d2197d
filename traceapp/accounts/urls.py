from django.urls import path

from traceapp.accounts import admin_views, views

app_name = "accounts"
urlpatterns = [
    path("", admin_views.organisation, name="organisation"),
    path("members/add/", admin_views.add_member, name="member-add"),
    path("members/<int:pk>/", admin_views.member, name="member"),
    path("members/<int:pk>/remove/", admin_views.remove_member, name="member-remove"),
    path("members/<int:pk>/link/", admin_views.member_link, name="member-link"),
    path("me/", views.me, name="me"),
    path("switch/", views.switch, name="switch"),
    path("tokens/add/", views.add_token, name="token-add"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="token-revoke"),
]
