"""Logging in, members and their roles, and the organisation one acts for."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.factories import PASSWORD, MembershipFactory, OrganisationFactory, UserFactory, api_token, member
from traceapp.accounts import services
from traceapp.accounts.models import ApiToken, Membership, User
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Visibility

pytestmark = pytest.mark.django_db
ORGANISATION = reverse("accounts:organisation")


@pytest.fixture(autouse=True)
def _no_limits_left_behind():
    """The limits on attempts to log in are counted in the cache, across tests."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def firm():
    return OrganisationFactory(name="Huerta Alba")


@pytest.fixture
def admin(firm):
    return member(firm, Role.ADMIN, email="ana@huerta.example")


def log_in(client, email, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def roles_of(user, organisation):
    return set(organisation.memberships.filter(user=user).values_list("role", flat=True))


def test_a_member_logs_in_with_e_mail_and_password(client, admin):
    assert log_in(client, "Ana@Huerta.Example").status_code == 302
    assert "My account" in client.get(reverse("accounts:me")).content.decode()


def test_a_wrong_password_is_said_in_words_and_logs_nobody_in(client, admin):
    page = log_in(client, admin.email, "wrong").content.decode()
    assert "password" in page.lower()
    assert 'role="alert"' in page
    assert client.get(reverse("accounts:me")).status_code == 302


def test_too_many_wrong_passwords_are_slowed_down_in_words(client, admin):
    pages = [log_in(client, admin.email, f"wrong {number}") for number in range(7)]
    assert "Too many" in pages[-1].content.decode()
    assert "Too many" in log_in(client, admin.email).content.decode(), "the right one waits too"


def test_nobody_signs_up_by_themselves(client):
    assert "Members are invited" in client.get(reverse("account_signup")).content.decode()
    client.post(reverse("account_signup"), {"email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.filter(email="x@example.org").exists()


def test_nobody_is_sent_to_log_in_and_back(client):
    assert client.get(ORGANISATION).headers["Location"] == f"/accounts/login/?next={ORGANISATION}"


def test_a_wrong_role_reads_which_role_is_needed(client, firm):
    client.force_login(member(firm, Role.ANALYST))
    page = client.get(ORGANISATION)
    assert page.status_code == 403
    assert "This needs the role Administrator in your organisation." in page.content.decode()


def test_somebody_without_an_organisation_is_told_whom_to_ask(client):
    client.force_login(UserFactory())
    assert "You do not belong to an organisation yet" in client.get(reverse("accounts:me")).content.decode()
    assert client.get(reverse("masterdata:products")).status_code == 403


def test_an_invited_person_chooses_a_password_with_the_link_and_logs_in(client, firm, admin):
    client.force_login(admin)
    page = client.post(
        reverse("accounts:member-add"),
        {"full_name": "Marta Gil", "email": "Marta@huerta.example", "roles": ["supplier"]},
    ).content.decode()
    link = re.search(r"http://testserver(/accounts/password/reset/key/[^\"<]+)", page)[1]
    client.logout()
    form = client.get(link, follow=True)
    assert "Choose a password" in form.content.decode()
    chosen = "a-long-phrase-of-marta"
    client.post(form.redirect_chain[-1][0], {"password1": chosen, "password2": chosen})
    assert log_in(client, "marta@huerta.example", chosen).status_code == 302
    assert roles_of(User.objects.get(email="marta@huerta.example"), firm) == {"supplier"}
    assert "does not work any more" in client.get(link, follow=True).content.decode()


def test_the_link_is_kept_out_of_caches(client, firm, admin):
    client.force_login(admin)
    page = client.post(reverse("accounts:member-add"), {"email": "m@huerta.example", "roles": ["supplier"]})
    assert "no-store" in page.headers["Cache-Control"]


def test_somebody_with_an_account_elsewhere_becomes_a_member_without_a_link(client, firm, admin):
    other = member(OrganisationFactory(), Role.ADMIN, email="jan@elsewhere.example")
    client.force_login(admin)
    page = client.post(
        reverse("accounts:member-add"), {"email": "jan@elsewhere.example", "roles": ["quality"]}, follow=True
    )
    assert "password/reset/key" not in page.content.decode()
    assert roles_of(other, firm) == {"quality"}


def test_no_link_is_given_to_an_account_that_has_a_password_or_another_organisation(client, firm, admin):
    known = member(firm, Role.SUPPLIER)
    fresh = User.objects.create_user("fresh@example.org")
    MembershipFactory(user=fresh, organisation=firm)
    MembershipFactory(user=fresh, organisation=OrganisationFactory())
    client.force_login(admin)
    for person in (known, fresh):
        page = client.post(reverse("accounts:member-link", args=[person.pk]), follow=True)
        assert "/password/reset/key/" not in page.content.decode()


def test_inviting_a_member_twice_says_so_at_the_field(client, firm, admin):
    client.force_login(admin)
    page = client.post(reverse("accounts:member-add"), {"email": "ANA@huerta.example", "roles": ["supplier"]})
    assert "is already a member" in page.content.decode()


def test_an_administrator_changes_roles_and_the_change_is_kept_in_the_history(client, firm, admin):
    person = member(firm, Role.SUPPLIER)
    client.force_login(admin)
    client.post(reverse("accounts:member", args=[person.pk]), {"roles": ["carrier", "quality"]})
    assert roles_of(person, firm) == {"carrier", "quality"}
    gone = Membership.history.filter(user=person, role="supplier", history_type="-").get()
    assert gone.history_user == admin


def test_the_last_administrator_stays(client, firm, admin):
    client.force_login(admin)
    page = client.post(reverse("accounts:member", args=[admin.pk]), {"roles": ["supplier"]})
    assert "without an administrator" in page.content.decode()
    page = client.post(reverse("accounts:member-remove", args=[admin.pk]), follow=True)
    assert "without an administrator" in page.content.decode()
    assert roles_of(admin, firm) == {"admin"}


def test_an_administrator_who_cannot_log_in_does_not_count(firm, admin):
    member(firm, Role.ADMIN, is_active=False)
    with pytest.raises(services.LastAdministrator):
        services.remove_member(organisation=firm, user=admin)


def test_removing_a_member_takes_their_roles_and_tokens_here_only(firm, admin):
    person, elsewhere = member(firm, Role.SUPPLIER, Role.CARRIER), OrganisationFactory()
    MembershipFactory(user=person, organisation=elsewhere)
    api_token(person, firm)
    api_token(person, elsewhere)
    services.remove_member(organisation=firm, user=person)
    assert roles_of(person, firm) == set()
    assert [token.organisation for token in ApiToken.objects.all()] == [elsewhere]


def test_a_role_taken_away_counts_from_the_next_click(client, firm, admin):
    person = member(firm, Role.ADMIN)
    client.force_login(person)
    assert client.get(ORGANISATION).status_code == 200
    services.set_roles(organisation=firm, user=person, roles=["supplier"])
    assert client.get(ORGANISATION).status_code == 403


def test_an_administrator_cannot_touch_members_of_another_organisation(client, admin):
    stranger = member(OrganisationFactory(), Role.ADMIN)
    client.force_login(admin)
    for name in ("member-remove", "member-link", "member"):
        assert client.post(reverse(f"accounts:{name}", args=[stranger.pk]), {"roles": ["admin"]}).status_code == 404


def test_a_person_of_two_organisations_switches_between_them(client, firm, admin):
    other = OrganisationFactory(name="Maasdok Storage")
    MembershipFactory(user=admin, organisation=other, role=Role.ANALYST)
    client.force_login(admin)
    assert client.get(ORGANISATION).status_code == 200
    client.post(reverse("accounts:switch"), {"organisation": other.pk})
    assert client.get(ORGANISATION).status_code == 403
    client.post(reverse("accounts:switch"), {"organisation": firm.pk, "next": "https://evil.example/"})
    assert client.get(ORGANISATION).status_code == 200


@pytest.mark.parametrize("wanted", ["0", "x", "", "99999999999999999999"])
def test_nobody_switches_to_an_organisation_that_is_not_theirs(client, admin, wanted):
    client.force_login(admin)
    assert client.post(reverse("accounts:switch"), {"organisation": wanted}).status_code == 404


def test_an_administrator_chooses_who_sees_new_records(client, firm, admin):
    client.force_login(admin)
    client.post(ORGANISATION, {"default_visibility": Visibility.PARTIES.value})
    firm.refresh_from_db()
    assert firm.default_visibility == Visibility.PARTIES
    assert firm.history.first().history_user == admin
