# A team: a group, what it may do, and the role that its members take for the dangerous half.

variable "name" {}

variable "members" {
  type = set(string)
}

variable "policies" {
  type    = map(string)
  default = {}
}

variable "boundary" {}

data "aws_caller_identity" "here" {}

data "aws_iam_policy_document" "own" {
  statement {
    sid       = "OwnBucket"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:aws:s3:::acme-${var.name}/&{aws:username}/*", "arn:aws:s3:::acme-${var.name}/shared/*"]
  }

  statement {
    sid       = "TakeOwnRole"
    actions   = ["sts:AssumeRole"]
    resources = [aws_iam_role.elevated.arn]

    condition {
      test     = "Bool"
      variable = "aws:MultiFactorAuthPresent"
      values   = ["true"]
    }
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "AWS"
      identifiers = [data.aws_caller_identity.here.account_id]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/team"
      values   = [var.name]
    }

    condition {
      test     = "NumericLessThan"
      variable = "aws:MultiFactorAuthAge"
      values   = ["3600"]
    }
  }
}

resource "aws_iam_group" "this" {
  name = var.name
  path = "/teams/"
}

resource "aws_iam_group_policy" "own" {
  name   = "own"
  group  = aws_iam_group.this.name
  policy = data.aws_iam_policy_document.own.json
}

resource "aws_iam_group_policy_attachment" "managed" {
  for_each   = var.policies
  group      = aws_iam_group.this.name
  policy_arn = each.value
}

resource "aws_iam_role" "elevated" {
  name                 = "${var.name}-elevated"
  path                 = "/teams/"
  description          = "What ${var.name} does with a second factor; ask security@acme.example first"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.boundary
  max_session_duration = 7200
  tags                 = { team = var.name, cost-center = "" }
}

resource "aws_iam_role_policy_attachments_exclusive" "elevated" {
  role_name   = aws_iam_role.elevated.name
  policy_arns = values(var.policies)
}

output "group" {
  value = aws_iam_group.this.name
}

output "role_arn" {
  value = aws_iam_role.elevated.arn
}
