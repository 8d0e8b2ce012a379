"""The benchmark's workload is what it says, and the same every time."""

from bench.ours import Ours
from bench.workload import Maker


def test_the_workload_has_the_shares_it_promises():
    maker = Maker()
    policies = [maker.policy() for _ in range(400)]
    assert all(5 <= len(policy["Statement"]) <= 20 for policy in policies)
    statements = [statement for policy in policies for statement in policy["Statement"]]
    shares = {
        "denies": sum(each["Effect"] == "Deny" for each in statements) / len(statements),
        "conditions": sum("Condition" in each for each in statements) / len(statements),
        "variables": sum("${" in str(each["Resource"]) for each in statements) / len(statements),
    }
    assert 0.08 < shares["denies"] < 0.12
    assert 0.27 < shares["conditions"] < 0.33
    assert shares["variables"] > 0.1


def test_the_same_seed_makes_the_same_workload():
    assert Maker(1).texts(3) == Maker(1).texts(3)
    assert Maker(1).texts(3) != Maker(2).texts(3)


def test_warm_and_first_decisions_are_the_same():
    maker = Maker(3)
    policies = [maker.policy() for _ in range(5)]
    ours = Ours(Maker(3).texts(5))
    stream = [maker.request(policies) for _ in range(200)]
    asked = ours.prepared(stream)
    answers = [ours.allowed(each) for each in asked]
    assert answers == [ours.first(each) for each in asked]
    assert answers[:20] == [ours.from_nothing(each) for each in asked[:20]]
    assert True in answers
    assert False in answers
