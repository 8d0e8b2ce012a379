"""Switching to a role and back in the console: who may, what is shown, and as whom everything is then done."""

import json
import re
from datetime import timedelta

import pytest
from django.conf import settings

from accounts.models import Account, Event, SwitchedRole
from iam.models import Role, Session
from tests.world import allow, root_of

HERE, LEAVE = "/me/switch-role/", "/me/switch-role/leave/"
READ = allow("iam:ListUsers", "iam:GetUser")


def trust(principal, **condition):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | condition]})


def make_role(owner, name="Auditor", *, trusts, policy=READ, path="/", **condition):
    owner.iam("CreateRole", RoleName=name, Path=path, AssumeRolePolicyDocument=trust(trusts, **condition))
    owner.iam("PutRolePolicy", RoleName=name, PolicyName="given", PolicyDocument=json.dumps(policy))


@pytest.fixture
def auditor(world):
    """A role of the first account that its users may assume if their own policies say so."""
    make_role(world.root, trusts=world.account.number)
    return "Auditor"


def switch(opened, world, role="Auditor", **more):
    return opened.post(HERE, {"account": world.account.number, "role": role, "colour": "red", **more})


def test_the_form_takes_what_the_address_brings(world, browser):
    page = browser(world.alice).get(HERE, account="example-corp", roleName="Auditor", displayName="Audit")
    values = {e.get("name"): e.get("value") for e in page.tree.walk() if e.tag == "input"}
    assert (values["account"], values["role"], values["label"]) == ("example-corp", "Auditor", "Audit")
    assert page.is_accessible()


def test_everything_is_done_as_the_role_until_one_switches_back(world, browser, auditor):
    opened = browser(world.alice)
    before = opened.client.cookies[settings.SESSION_COOKIE_NAME].value
    done = switch(opened, world, label="Audit")
    assert (done.status, done.location) == (303, "/")
    assert opened.client.cookies[settings.SESSION_COOKIE_NAME].value != before
    home = opened.get("/")
    assert "You act as Audit now." in home.words
    bar = next(e for e in home.tree.walk() if "topbar" in e.get("class").split())
    assert bar.get("data-role-colour") == "red"
    assert "Audit" in bar.text
    assert "Role, acted as by alice" in home.words
    assert home.is_accessible()
    assert opened.get("/iam/users/").status == 200
    refused = opened.post("/iam/users/create/", {"UserName": "dana"})
    assert not world.account.users.filter(name="dana").exists(), refused.words
    assert opened.post(LEAVE).location == "/"
    assert "You act as alice again." in opened.get("/").words
    world.root.iam("CreateUser", UserName="erin")
    assert opened.get("/iam/users/erin/").status < 400


def test_the_trail_names_the_role_and_who_stands_behind_it(world, browser, auditor):
    opened = browser(world.alice)
    switch(opened, world)
    opened.get("/iam/users/")
    assumed = Event.objects.filter(name="AssumeRole", source="console").get()
    assert assumed.actor_arn == world.alice.principal.arn
    arn = f"arn:aws:sts::{world.account.number}:assumed-role/Auditor/alice"
    assert Event.objects.filter(actor_arn=arn, source="console", outcome="success").exists()
    opened.post(LEAVE)
    left = Event.objects.get(name="ExitRole")
    assert (left.actor_arn, left.outcome) == (world.alice.principal.arn, "success")


def test_leaving_ends_the_role_s_session(world, browser, auditor):
    opened = browser(world.alice)
    switch(opened, world)
    assert Session.objects.get().revoked_at is None
    opened.post(LEAVE)
    assert Session.objects.get().revoked_at is not None


def test_a_role_that_denies_all_is_left_all_the_same(world, browser):
    closed = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    make_role(world.root, trusts=world.account.number, policy=closed)
    opened = browser(world.alice)
    switch(opened, world)
    assert opened.post(LEAVE).location == "/"
    assert "You act as alice again." in opened.get("/").words


def test_without_a_switch_there_is_nothing_to_leave(world, browser):
    opened = browser(world.alice)
    assert opened.post(LEAVE).location == "/"
    assert not Event.objects.filter(name="ExitRole").exists()


def test_leaving_is_asked_for_by_post_only(world, browser):
    assert browser(world.alice).get(LEAVE).status == 405


def test_both_fields_are_needed_and_named(world, browser):
    page = browser(world.alice).post(HERE, {"account": "", "role": ""})
    assert page.status == 422
    wrong = {e.get("id") for e in page.tree.walk() if e.get("aria-invalid") == "true"}
    assert wrong == {"field-account", "field-role"}
    assert page.is_accessible()


@pytest.mark.parametrize("role", ["Nobody", "Distrustful", "what? no"])
@pytest.mark.parametrize("who", ["carol", "bob", "root"])
def test_roles_and_accounts_that_are_missing_or_distrust_one_read_alike(world, browser, who, role):
    """Byte for byte, but for what was typed: another account's alias and number tell no more than invented ones."""
    Account.objects.filter(pk=world.other.pk).update(alias="other-corp")
    make_role(world.root, "Distrustful", trusts=world.account.number)
    make_role(root_of(world.other), "Distrustful", trusts=world.other.number)
    real = world.account if who == "carol" else Account.objects.get(pk=world.other.pk)
    opened = browser(getattr(world, who))
    assert real.alias is not None
    for known, invented in ((real.alias, "z" * len(real.alias)), (real.number, "9" * 12)):
        answers = [opened.post(HERE, {"account": typed, "role": role}) for typed in (known, invented)]
        assert answers[0].is_accessible()
        assert len({answer.status for answer in answers}) == 1
        assert without(answers[0].text, known) == without(answers[1].text, invented)


def without(text, typed):
    """The page without what was typed, and without what is made anew for each."""
    anew = r'/analysis/denials/[^/]+/|[A-Za-z0-9]{64}|data-seconds-left="[0-9]+"'
    return re.sub(anew, "", text.replace(typed, "TYPED"))


def test_an_alias_is_not_turned_into_its_number(world, browser):
    page = browser(world.carol).post(HERE, {"account": "example-corp", "role": "Nobody"})
    assert world.account.number not in page.text


def test_what_is_no_name_is_said_at_the_field(world, browser):
    page = switch(browser(world.alice), world, role="what? no")
    assert page.status in (403, 422)
    assert not Session.objects.exists()


def test_the_person_s_own_policies_must_allow_it(world, browser, auditor):
    page = switch(browser(world.bob), world)
    assert page.status == 403
    assert "/analysis/denials/" in page.text
    assert not Session.objects.exists()


def test_root_is_told_that_it_cannot(world, browser, auditor):
    opened = browser(world.root)
    assert "The root user cannot assume roles." in opened.get(HERE).words
    page = switch(opened, world)
    assert page.status == 403
    assert "Roles may not be assumed by root accounts." in page.words


@pytest.mark.parametrize("mfa", [True, False])
def test_the_factor_of_the_session_counts_in_the_role_s_trust(world, browser, mfa):
    asked = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    make_role(world.root, trusts=world.account.number, Condition=asked)
    done = switch(browser(world.alice, mfa=mfa), world)
    assert done.status == (303 if mfa else 403)
    assert Session.objects.filter(mfa_at__isnull=False).exists() == mfa


def test_a_role_of_another_account_that_trusts_one(world, browser):
    make_role(world.carol, trusts=world.alice.principal.arn)
    opened = browser(world.alice)
    done = opened.post(HERE, {"account": world.other.number, "role": "Auditor"})
    assert done.status == 303
    users = opened.get("/iam/users/")
    assert "carol" in users.words
    assert "bob" not in users.words
    assert f"Auditor @ {world.other.number}" in users.words


def test_a_role_under_a_path_by_its_whole_name(world, browser):
    make_role(world.root, "Lead", trusts=world.account.number, path="/team/")
    opened = browser(world.alice)
    assert switch(opened, world, role="team/Lead").status == 303
    assert "Lead @" in opened.get("/").words


def test_the_next_role_is_asked_for_as_oneself(world, browser, auditor):
    make_role(world.root, "Second", trusts=world.alice.principal.arn)
    opened = browser(world.alice)
    switch(opened, world)
    page = opened.get(HERE)
    assert "You act as a role now" in page.words
    assert page.is_accessible()
    assert switch(opened, world, role="Second").status == 303
    assert set(Session.objects.values_list("issued_to", flat=True)) == {world.alice.principal.arn}


def test_a_refusal_leaves_one_in_the_role_one_has(world, browser, auditor):
    opened = browser(world.alice)
    switch(opened, world, label="Audit")
    assert switch(opened, world, role="Nobody").status == 403
    assert "Audit" in opened.get("/").words


def test_the_last_five_roles_are_offered_again(world, browser, auditor):
    for number in range(1, 7):
        make_role(world.root, f"R{number}", trusts=world.account.number)
    opened = browser(world.alice)
    for number in range(1, 7):
        assert switch(opened, world, role=f"R{number}", label=f"Label {number}").status == 303
    opened.post(LEAVE)
    page = opened.get(HERE)
    offered = [e.get("aria-label") for e in page.tree.walk() if e.get("aria-label").startswith("Switch to ")]
    assert offered == [f"Switch to Label {number}" for number in (6, 5, 4, 3, 2)]
    assert page.is_accessible()
    assert "Switch to Label" not in browser(world.bob).get(HERE).text


@pytest.mark.parametrize(
    ("longest", "signin", "hours"), [(3600, None, 1), (4 * 3600, None, 4), (4 * 3600, 7200, 2)]
)
def test_the_session_lasts_as_long_as_the_role_lets_people_stay(
    world, browser, auditor, longest, signin, hours
):
    Role.objects.update(max_session_seconds=longest, max_signin_seconds=signin)
    switch(browser(world.alice), world)
    session = Session.objects.get()
    assert session.expires_at - session.issued_at == timedelta(hours=hours)


def test_once_the_role_s_session_is_over_one_is_oneself(world, browser, auditor):
    opened = browser(world.alice)
    switch(opened, world, label="Audit")
    session = Session.objects.get()
    Session.objects.update(expires_at=session.issued_at)
    page = opened.get("/")
    assert "Role, acted as by" not in page.words
    assert "IAM user" in page.words


def test_once_the_role_is_deleted_one_is_oneself(world, browser, auditor):
    opened = browser(world.alice)
    switch(opened, world)
    world.root.iam("DeleteRolePolicy", RoleName="Auditor", PolicyName="given")
    world.root.iam("DeleteRole", RoleName="Auditor")
    assert "IAM user" in opened.get("/").words


def test_colours_that_are_none_become_grey(world, browser, auditor):
    opened = browser(world.alice)
    switch(opened, world, colour="red;background:url(//x)")
    assert 'data-role-colour="grey"' in opened.get("/").text


def test_a_label_is_text(world, browser, auditor):
    opened = browser(world.alice)
    switch(opened, world, label="<script>alert(1)</script>")
    assert "<script>alert(1)" not in opened.get("/").text


def test_a_label_has_letters_only_that_can_be_seen(world, browser, auditor):
    opened = browser(world.alice)
    switch(opened, world, label="Au\x07dit\u202e\n")
    assert SwitchedRole.objects.get().label == "Audit"


def test_switching_needs_a_token_of_the_page(world, browser, auditor):
    opened = browser(world.alice)
    opened.client.handler.enforce_csrf_checks = True
    assert switch(opened, world).status == 403
    assert not Session.objects.exists()


def test_ending_everybody_s_sessions_as_a_role_leaves_the_browser_that_does_it(world, browser):
    make_role(world.root, trusts=world.account.number, policy=allow("wardstead:*"))
    here, elsewhere, bobs = browser(world.alice), browser(world.alice), browser(world.bob)
    assert switch(here, world).location == "/"
    everybody = "/activity/sessions/browsers/end/"
    assert "only the browser you use now stays" in here.get(everybody).words
    assert here.get("/activity/sessions/browsers/").words.count("This one") == 1
    assert here.post(everybody, {"confirm": "everybody"}).location == "/activity/sessions/browsers/"
    assert "2 browsers signed out" in here.get("/activity/sessions/browsers/").words
    for gone in (elsewhere, bobs):
        assert gone.get("/").location.startswith("/signin")
    assert "Role, acted as by alice" in here.get("/").words
