"""Terraform's own AWS provider against the product: made, unchanged, changed, gone.

It runs where Terraform and the provider are on the machine already: neither can be installed from here.
"""

import shutil
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal

PLAN = Path(__file__).parent / "terraform" / "main.tf"
RESOURCES = PLAN.read_text().count('\nresource "')
MIRRORS = (
    Path("/opt/tf-plugins"),
    Path("/usr/share/terraform/plugins"),
    Path("~/.terraform.d/plugins").expanduser(),
)
PROVIDER = "registry.terraform.io/hashicorp/aws"


@pytest.fixture
def terraform(root: Terminal, tmp_path) -> Terminal:
    """Root's terminal in a folder with the plan, its providers taken from this machine."""
    mirror = next((folder for folder in MIRRORS if (folder / PROVIDER).is_dir()), None)
    if shutil.which("terraform") is None or mirror is None:
        pytest.skip("Terraform or its AWS provider is not on this machine")
    folder = tmp_path / "plan"
    folder.mkdir()
    shutil.copy(PLAN, folder)
    settings = folder / "settings.rc"
    settings.write_text(
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
    )
    root.does(
        f"cd {folder}; export TF_CLI_CONFIG_FILE={settings} TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1 TF_CLI_ARGS=-no-color"
    )
    root.does("export AWS_REGION=us-east-1")
    root.does("terraform init -input=false")
    return root


def test_what_terraform_makes_it_finds_again_changes_and_removes(terraform: Terminal):
    made = terraform.does("terraform apply -input=false -auto-approve")
    assert f"Resources: {RESOURCES} added, 0 changed, 0 destroyed." in made
    assert 'account = "111122223333"' in made
    assert terraform.type("terraform plan -input=false -detailed-exitcode").count("No changes.") == 1
    assert terraform.status == 0
    changed = terraform.does(
        "terraform apply -input=false -auto-approve -var description='Deploys by night.'"
    )
    assert "Resources: 0 added, 1 changed, 0 destroyed." in changed
    described = "aws iam get-role --role-name deploy --query 'Role.[Description,Tags[0].Value]' --output text"
    assert terraform.does(described) == "Deploys by night. terraform"
    assert f"Resources: {RESOURCES} destroyed." in terraform.does(
        "terraform destroy -input=false -auto-approve"
    )
    assert terraform.does("aws iam list-users --query 'length(Users)'") == "0"
