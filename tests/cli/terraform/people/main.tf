# Users and groups, what hangs on them, and whatever reads them.  No address, key or account in it: those come from
# AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.

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

data "aws_iam_policy_document" "releases" {
  statement {
    sid       = "Releases"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:aws:s3:::releases/${var.word}/*"]
  }
}

resource "aws_iam_user" "dana" {
  name                 = "dana"
  path                 = "/staff/"
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
  tags                 = { team = var.word }
  force_destroy        = true
}

resource "aws_iam_user" "erin" {
  name = "erin-${var.word}"
}

resource "aws_iam_user_login_profile" "dana" {
  user                    = aws_iam_user.dana.name
  password_reset_required = true
}

resource "aws_iam_access_key" "dana" {
  user   = aws_iam_user.dana.name
  status = var.word == "first" ? "Active" : "Inactive"
}

resource "aws_iam_user_policy" "dana" {
  name   = "releases"
  user   = aws_iam_user.dana.name
  policy = data.aws_iam_policy_document.releases.json
}

resource "aws_iam_user_policies_exclusive" "dana" {
  user_name    = aws_iam_user.dana.name
  policy_names = [aws_iam_user_policy.dana.name]
}

resource "aws_iam_user_policy_attachment" "dana" {
  user       = aws_iam_user.dana.name
  policy_arn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
}

resource "aws_iam_user_policy_attachments_exclusive" "dana" {
  user_name   = aws_iam_user.dana.name
  policy_arns = [aws_iam_user_policy_attachment.dana.policy_arn]
}

resource "aws_iam_virtual_mfa_device" "dana" {
  virtual_mfa_device_name = "dana"
  tags                    = { team = var.word }
}

resource "aws_iam_user_ssh_key" "dana" {
  username   = aws_iam_user.dana.name
  encoding   = "SSH"
  public_key = file("id.pub")
  status     = var.word == "first" ? "Active" : "Inactive"
}

resource "aws_iam_signing_certificate" "dana" {
  user_name        = aws_iam_user.dana.name
  certificate_body = file("signing.pem")
  status           = var.word == "first" ? "Active" : "Inactive"
}

resource "aws_iam_service_specific_credential" "dana" {
  user_name    = aws_iam_user.dana.name
  service_name = "codecommit.amazonaws.com"
  status       = var.word == "first" ? "Active" : "Inactive"
}

resource "aws_iam_group" "builders" {
  name = "builders"
  path = "/${var.word}/"
}

resource "aws_iam_group" "readers" {
  name = "readers"
}

resource "aws_iam_group_membership" "builders" {
  name  = "builders"
  group = aws_iam_group.builders.name
  users = var.word == "first" ? [aws_iam_user.dana.name] : [aws_iam_user.dana.name, aws_iam_user.erin.name]
}

resource "aws_iam_user_group_membership" "erin" {
  user   = aws_iam_user.erin.name
  groups = [aws_iam_group.readers.name]
}

resource "aws_iam_group_policy" "builders" {
  name   = "releases"
  group  = aws_iam_group.builders.name
  policy = data.aws_iam_policy_document.releases.json
}

resource "aws_iam_group_policies_exclusive" "builders" {
  group_name   = aws_iam_group.builders.name
  policy_names = [aws_iam_group_policy.builders.name]
}

resource "aws_iam_group_policy_attachment" "builders" {
  group      = aws_iam_group.builders.name
  policy_arn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
}

resource "aws_iam_group_policy_attachments_exclusive" "builders" {
  group_name  = aws_iam_group.builders.name
  policy_arns = [aws_iam_group_policy_attachment.builders.policy_arn]
}

data "aws_caller_identity" "me" {}

data "aws_iam_user" "dana" {
  user_name = aws_iam_user.dana.name
}

data "aws_iam_users" "staff" {
  path_prefix = "/staff/"
  depends_on  = [aws_iam_user.dana]
}

data "aws_iam_access_keys" "dana" {
  user       = aws_iam_user.dana.name
  depends_on = [aws_iam_access_key.dana]
}

data "aws_iam_user_ssh_key" "dana" {
  username          = aws_iam_user.dana.name
  encoding          = "SSH"
  ssh_public_key_id = aws_iam_user_ssh_key.dana.ssh_public_key_id
}

data "aws_iam_group" "builders" {
  group_name = aws_iam_group.builders.name
  depends_on = [aws_iam_group_membership.builders]
}

output "found" {
  value = join(" ", [
    data.aws_caller_identity.me.account_id,
    data.aws_iam_user.dana.path,
    length(data.aws_iam_users.staff.names),
    length(data.aws_iam_access_keys.dana.access_keys),
    data.aws_iam_user_ssh_key.dana.status,
    length(data.aws_iam_group.builders.users),
  ])
}
