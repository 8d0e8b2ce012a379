"""Jobs: told to a worker, claimed by one, carried on after a death, found by the sweep."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from iam import jobs, work
from iam.models import ActionUse, Job, JobKind, JobPart, JobState
from iam.reports import credential_report
from iam.tasks import drop_old_jobs, run_job, sweep_jobs
from tests.world import refused


@pytest.fixture
def job(world) -> Job:
    """A credential report that was asked for."""
    world.alice.iam("GenerateCredentialReport")
    return Job.objects.get()


def claimed(job: Job) -> Job:
    mine = jobs.claim(job.pk, timezone.now())
    assert mine is not None
    return mine


def test_the_sweep_does_what_no_message_told_of(world, job):
    assert sweep_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 2, 2)
    assert sweep_jobs() == 0


def test_a_job_that_is_done_is_not_done_again(world, job):
    assert run_job(job.pk) is True
    assert run_job(job.pk) is False
    assert JobPart.objects.count() == 1


def test_a_job_that_is_gone_is_no_fault(world):
    assert run_job(404) is False


def test_a_claim_belongs_to_one_worker(world, job):
    claimed(job)
    assert jobs.claim(job.pk, timezone.now()) is None
    assert run_job(job.pk) is False
    assert sweep_jobs() == 0


def test_what_a_dead_worker_left_is_carried_on(world, job):
    dead = claimed(job)
    Job.objects.update(beat_at=timezone.now() - timedelta(minutes=3))
    assert sweep_jobs() == 1
    assert Job.objects.get().state == JobState.DONE
    with pytest.raises(jobs.ClaimLost):
        work.step(dead, timezone.now())
    assert JobPart.objects.count() == 1


def test_a_job_that_kills_its_workers_is_given_up(world, job):
    for _ in range(jobs.MOST_ATTEMPTS):
        claimed(job)
        Job.objects.update(beat_at=timezone.now() - timedelta(minutes=3))
    assert jobs.claim(job.pk, timezone.now()) is None
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, "ServiceFailure")
    with refused("ReportNotPresent"):
        world.alice.iam("GetCredentialReport")


def test_a_worker_whose_turn_is_over_leaves_the_job_to_the_next(world, job, monkeypatch):
    monkeypatch.setattr(work, "USERS_IN_A_STEP", 1)
    monkeypatch.setattr(credential_report, "ROWS_IN_A_PIECE", 1)
    monkeypatch.setattr("iam.tasks.TURN", timedelta(0))
    turns = 0
    while not run_job(job.pk):
        turns += 1
        waiting = Job.objects.get()
        assert (waiting.state, waiting.done) == (JobState.WAITING, turns)
    assert turns == 2
    names = [
        row["user"]
        for part in JobPart.objects.order_by("name")
        for row in credential_report.read(bytes(part.content))
    ]
    assert names == ["<root_account>", "alice", "bob"]


def test_many_users_come_out_in_pieces_of_one_whole(world, job, monkeypatch):
    monkeypatch.setattr(work, "USERS_IN_A_STEP", 4)
    monkeypatch.setattr(credential_report, "ROWS_IN_A_PIECE", 2)
    for number in range(9):
        world.root.iam("CreateUser", UserName=f"u{number}")
    assert run_job(job.pk)
    whole = world.alice.iam("GetCredentialReport")["Content"].decode().split("\n")
    assert [line.split(",")[0] for line in whole[2:]] == ["alice", "bob", *(f"u{n}" for n in range(9))]
    first = world.alice.run("console.CredentialReport", MaxItems=1)
    second = world.alice.run("console.CredentialReport", MaxItems=1, Marker=first["Marker"])
    assert [row["User"] for row in second["Entries"]] == ["u0", "u1"]


def test_a_step_costs_the_same_queries_for_many_users(world, django_assert_max_num_queries):
    for number in range(20):
        world.root.iam("CreateUser", UserName=f"u{number}")
    users = credential_report.users_after(world.account, "", 100)
    with django_assert_max_num_queries(10):
        credential_report.pieces(world.account, users, 0)


def test_a_worker_is_told_once_the_row_is_there(world, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(
        "iam.jobs.current_app.send_task", lambda name, **options: sent.append((name, options))
    )
    with django_capture_on_commit_callbacks(execute=True):
        world.alice.iam("GenerateCredentialReport")
        assert sent == []
    assert [(name, options["args"]) for name, options in sent] == [
        ("iam.tasks.run_job", [Job.objects.get().pk])
    ]


@pytest.mark.parametrize("trouble", [OperationalError, ConnectionRefusedError])
def test_a_broker_that_is_down_loses_nothing(world, monkeypatch, django_capture_on_commit_callbacks, trouble):
    def down(*_, **__):
        raise trouble

    monkeypatch.setattr("iam.jobs.current_app.send_task", down)
    with django_capture_on_commit_callbacks(execute=True):
        assert world.alice.iam("GenerateCredentialReport")["State"] == "STARTED"
    assert sweep_jobs() == 1


def test_a_request_that_is_rolled_back_leaves_no_job(world):
    def begin_and_fail():
        jobs.begin(world.alice.call(), JobKind.CREDENTIAL_REPORT)
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction.atomic():
        begin_and_fail()
    assert not Job.objects.exists()


def test_jobs_are_forgotten_a_week_after_their_end(world, job):
    run_job(job.pk)
    assert drop_old_jobs() == 0
    Job.objects.update(finished_at=timezone.now() - timedelta(days=7, minutes=1))
    assert drop_old_jobs() == 1
    assert not Job.objects.exists()


def test_uses_are_forgotten_after_four_hundred_days(world):
    world.bob.later(days=-401).sts("GetCallerIdentity")
    world.alice.later(days=-399).sts("GetCallerIdentity")
    before = ActionUse.objects.filter(principal_id=world.bob.principal.unique_id)
    assert before.exists()
    drop_old_jobs()
    assert not before.all().exists()
    assert ActionUse.objects.filter(principal_id=world.alice.principal.unique_id).exists()
