# One of each thing of IAM that Terraform's AWS provider manages and Wardstead offers.  No address, key or account in it:
# those come from AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  default_tags {
    tags = { managed-by = "terraform" }
  }
}

variable "description" {
  default = "Deploys."
}

data "aws_caller_identity" "me" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_user.dana.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = ["agreed"]
    }
  }
}

data "aws_iam_policy_document" "releases" {
  statement {
    sid       = "Releases"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:aws:s3:::releases/*"]
  }
}

data "aws_iam_policy" "read_only" {
  name = "IAMReadOnlyAccess"
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length        = 14
  require_numbers                = true
  password_reuse_prevention      = 5
  allow_users_to_change_password = true
}

resource "aws_iam_user" "dana" {
  name                 = "dana"
  path                 = "/staff/"
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
  tags                 = { team = "red" }
  force_destroy        = true
}

resource "aws_iam_user_login_profile" "dana" {
  user                    = aws_iam_user.dana.name
  password_reset_required = true
}

resource "aws_iam_access_key" "dana" {
  user = aws_iam_user.dana.name
}

resource "aws_iam_user_policy" "dana" {
  name   = "releases"
  user   = aws_iam_user.dana.name
  policy = data.aws_iam_policy_document.releases.json
}

resource "aws_iam_user_policy_attachment" "dana" {
  user       = aws_iam_user.dana.name
  policy_arn = data.aws_iam_policy.read_only.arn
}

resource "aws_iam_virtual_mfa_device" "dana" {
  virtual_mfa_device_name = "dana"
}

resource "aws_iam_group" "builders" {
  name = "builders"
}

resource "aws_iam_group_membership" "builders" {
  name  = "builders"
  group = aws_iam_group.builders.name
  users = [aws_iam_user.dana.name]
}

resource "aws_iam_group_policy" "builders" {
  name   = "releases"
  group  = aws_iam_group.builders.name
  policy = data.aws_iam_policy_document.releases.json
}

resource "aws_iam_group_policy_attachment" "builders" {
  group      = aws_iam_group.builders.name
  policy_arn = aws_iam_policy.releases.arn
}

resource "aws_iam_policy" "releases" {
  name        = "releases"
  path        = "/works/"
  description = "Reads and writes releases."
  policy      = data.aws_iam_policy_document.releases.json
}

resource "aws_iam_role" "deploy" {
  name                 = "deploy"
  description          = var.description
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 7200
}

resource "aws_iam_role_policy" "deploy" {
  name   = "releases"
  role   = aws_iam_role.deploy.name
  policy = data.aws_iam_policy_document.releases.json
}

resource "aws_iam_role_policy_attachment" "deploy" {
  role       = aws_iam_role.deploy.name
  policy_arn = aws_iam_policy.releases.arn
}

resource "aws_iam_instance_profile" "deploy" {
  name = "deploy"
  role = aws_iam_role.deploy.name
}

output "account" {
  value = data.aws_caller_identity.me.account_id
}
