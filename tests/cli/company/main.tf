# The access of a company as its platform team would keep it: people and teams from one table, roles for machines and partners.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "teams" {
  type = map(object({
    members  = set(string)
    policies = optional(map(string), {})
  }))
}

variable "account" {}

variable "backup_user" {}

variable "deploys_from" {
  type = list(string)
}

variable "remembered_passwords" {}

variable "external_id" {
  sensitive = true
  default   = "Nightly/2024:acme=agreed@audits.example"
}

locals {
  people = { for person in distinct(flatten([for team in values(var.teams) : tolist(team.members)])) :
    person => sort([for name, team in var.teams : name if contains(team.members, person)])
  }
  github = "token.actions.githubusercontent.com"
}

provider "aws" {
  allowed_account_ids = [var.account]

  default_tags {
    tags = { managed-by = "terraform", repository = "git@git.acme.example:platform/access.git", "acme:stage" = "prod" }
  }
}

data "aws_partition" "here" {}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length        = 16
  require_lowercase_characters   = true
  require_uppercase_characters   = true
  require_numbers                = true
  require_symbols                = false
  allow_users_to_change_password = true
  password_reuse_prevention      = var.remembered_passwords
  max_password_age               = 0
}

data "aws_iam_policy_document" "region" {
  statement {
    sid         = "RegionsOfOurs"
    effect      = "Deny"
    not_actions = ["iam:*", "sts:*", "support:*"]
    resources   = ["*"]

    condition {
      test     = "StringNotEqualsIfExists"
      variable = "aws:RequestedRegion"
      values   = ["eu-central-1", "eu-west-1"]
    }
  }
}

data "aws_iam_policy_document" "boundary" {
  source_policy_documents = [data.aws_iam_policy_document.region.json]

  statement {
    sid       = "Everything"
    actions   = ["*"]
    resources = ["*"]
  }

  statement {
    sid       = "KeepTheBoundary"
    effect    = "Deny"
    actions   = ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary", "iam:CreatePolicyVersion"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "boundary" {
  name        = "acme-boundary"
  path        = "/boundaries/"
  description = "No more than this, whatever else is attached"
  policy      = data.aws_iam_policy_document.boundary.json
}

module "team" {
  source   = "./team"
  for_each = var.teams
  name     = each.key
  members  = each.value.members
  policies = each.value.policies
  boundary = aws_iam_policy.boundary.arn
}

resource "aws_iam_user" "person" {
  for_each             = local.people
  name                 = each.key
  path                 = "/people/"
  permissions_boundary = aws_iam_policy.boundary.arn
  force_destroy        = true
  tags                 = { team = each.value[0], teams = join("+", each.value) }
}

resource "aws_iam_user_group_membership" "person" {
  for_each = local.people
  user     = aws_iam_user.person[each.key].name
  groups   = [for name in each.value : module.team[name].group]
}

# Two things that were made by hand, years ago.
resource "aws_iam_user" "backup" {
  name = var.backup_user
}

import {
  to = aws_iam_role.legacy
  id = "LegacyBatch"
}

resource "aws_iam_role" "legacy" {
  name               = "LegacyBatch"
  assume_role_policy = data.aws_iam_policy_document.services["batch"].json
}

resource "aws_iam_access_key" "backup" {
  user = aws_iam_user.backup.name
}

data "aws_iam_policy_document" "services" {
  for_each = { batch = ["batch.amazonaws.com"], web = ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"] }

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = each.value
    }
  }
}

resource "aws_iam_role" "web" {
  name_prefix           = "web-"
  path                  = "/service/"
  assume_role_policy    = data.aws_iam_policy_document.services["web"].json
  force_detach_policies = true
}

resource "aws_iam_role_policy" "web" {
  name_prefix = "reads-"
  role        = aws_iam_role.web.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = {
      Effect   = "Allow"
      Action   = "ssm:GetParameter*"
      Resource = "arn:${data.aws_partition.here.partition}:ssm:*:${var.account}:parameter/web/*"
    }
  })
}

resource "aws_iam_instance_profile" "web" {
  name_prefix = "web-"
  role        = aws_iam_role.web.name
}

data "aws_iam_policy_document" "partner" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "AWS"
      identifiers = [var.account]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }

  statement {
    sid     = "PeopleWithAFactor"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [for person in aws_iam_user.person : person.arn]
    }

    condition {
      test     = "BoolIfExists"
      variable = "aws:MultiFactorAuthPresent"
      values   = ["true"]
    }
  }
}

resource "aws_iam_role" "partner" {
  name               = "PartnerAudit"
  assume_role_policy = data.aws_iam_policy_document.partner.json
}

resource "aws_iam_role_policy_attachment" "partner" {
  for_each   = toset(["SecurityAudit", "job-function/ViewOnlyAccess", "IAMReadOnlyAccess"])
  role       = aws_iam_role.partner.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "github" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.github}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "${local.github}:sub"
      values   = var.deploys_from
    }
  }
}

resource "aws_iam_role" "deploy" {
  name               = "GitHubDeploy"
  assume_role_policy = data.aws_iam_policy_document.github.json
}

resource "aws_iam_saml_provider" "okta" {
  name                   = "okta"
  saml_metadata_document = file("metadata.xml")
}

data "aws_iam_policy_document" "saml" {
  statement {
    actions = ["sts:AssumeRoleWithSAML", "sts:TagSession"]

    principals {
      type        = "Federated"
      identifiers = [aws_iam_saml_provider.okta.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "SAML:aud"
      values   = ["https://signin.aws.amazon.com/saml"]
    }
  }
}

resource "aws_iam_role" "console" {
  name               = "ConsoleByOkta"
  assume_role_policy = data.aws_iam_policy_document.saml.json
}

output "backup_key" {
  value     = aws_iam_access_key.backup
  sensitive = true
}
