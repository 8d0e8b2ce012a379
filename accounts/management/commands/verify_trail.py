"""`manage.py verify_trail`: walks the audit trail's hash chain and says what does not hold."""

from django.core.management.base import BaseCommand, CommandError

from accounts import seals


class Command(BaseCommand):
    """Prints the head of the chain, to be kept elsewhere; fails when a batch does not hold."""

    help = "Check that no sealed event of the audit trail was changed, removed or added."

    def handle(self, *_args: object, **_options: object) -> None:
        """Walk the whole chain.

        Errors: CommandError, which names each batch that does not hold.
        """
        checked = seals.verify()
        for problem in checked.problems:
            self.stderr.write(
                f"batch {problem.batch_id} (events {problem.first_id} to {problem.last_id}): {problem.kind}"
            )
        if not checked:
            raise CommandError(f"{len(checked.problems)} of {checked.batches} batches do not hold")
        self.stdout.write(f"{checked.batches} batches with {checked.events} events hold; head {checked.head}")
