# Roles, policies and instance profiles, and whatever reads or simulates them.

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

variable "word" {
  default = "first"
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
      values   = [var.word]
    }
  }
}

data "aws_iam_policy_document" "releases" {
  statement {
    sid       = "Releases"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:aws:s3:::releases/${var.word}/*"]
  }
}

data "aws_iam_policy" "read_only" {
  name = "IAMReadOnlyAccess"
}

resource "aws_iam_user" "dana" {
  name = "dana"
}

resource "aws_iam_policy" "releases" {
  name        = "releases"
  path        = "/works/"
  description = "Reads and writes releases."
  policy      = data.aws_iam_policy_document.releases.json
  tags        = { team = var.word }
}

resource "aws_iam_policy_attachment" "releases" {
  name       = "everybody"
  policy_arn = aws_iam_policy.releases.arn
  users      = [aws_iam_user.dana.name]
  roles      = var.word == "first" ? [] : [aws_iam_role.deploy.name]
}

resource "aws_iam_role" "deploy" {
  name                 = "deploy"
  description          = "Deploys, ${var.word}."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 7200
  permissions_boundary = var.word == "first" ? null : "arn:aws:iam::aws:policy/PowerUserAccess"
}

resource "aws_iam_role_policy" "deploy" {
  name   = "releases"
  role   = aws_iam_role.deploy.name
  policy = data.aws_iam_policy_document.releases.json
}

resource "aws_iam_role_policies_exclusive" "deploy" {
  role_name    = aws_iam_role.deploy.name
  policy_names = [aws_iam_role_policy.deploy.name]
}

resource "aws_iam_role" "audit" {
  name               = "audit"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "audit" {
  role       = aws_iam_role.audit.name
  policy_arn = data.aws_iam_policy.read_only.arn
}

resource "aws_iam_role_policy_attachments_exclusive" "audit" {
  role_name   = aws_iam_role.audit.name
  policy_arns = [aws_iam_role_policy_attachment.audit.policy_arn]
}

resource "aws_iam_service_linked_role" "batch" {
  aws_service_name = "batch.amazonaws.com"
  description      = "Batches, ${var.word}."
}

resource "aws_iam_instance_profile" "deploy" {
  name = "deploy"
  role = aws_iam_role.deploy.name
  tags = { team = var.word }
}

data "aws_iam_role" "deploy" {
  name = aws_iam_role.deploy.name
}

data "aws_iam_roles" "all" {
  name_regex = "^(deploy|audit)$"
  depends_on = [aws_iam_role.deploy, aws_iam_role.audit]
}

data "aws_iam_instance_profile" "deploy" {
  name = aws_iam_instance_profile.deploy.name
}

data "aws_iam_instance_profiles" "deploy" {
  role_name  = aws_iam_role.deploy.name
  depends_on = [aws_iam_instance_profile.deploy]
}

data "aws_iam_session_context" "deploy" {
  arn = "arn:aws:sts::${data.aws_caller_identity.me.account_id}:assumed-role/${aws_iam_role.deploy.name}/somebody"
}

data "aws_iam_principal_policy_simulation" "dana" {
  policy_source_arn = aws_iam_user.dana.arn
  action_names      = ["s3:GetObject"]
  resource_arns     = ["arn:aws:s3:::releases/${var.word}/1"]
  depends_on        = [aws_iam_policy_attachment.releases]
}

output "found" {
  value = join(" ", [
    data.aws_iam_role.deploy.max_session_duration,
    length(data.aws_iam_roles.all.names),
    data.aws_iam_instance_profile.deploy.role_name,
    length(data.aws_iam_instance_profiles.deploy.names),
    data.aws_iam_session_context.deploy.issuer_name,
    data.aws_iam_principal_policy_simulation.dana.all_allowed,
  ])
}
