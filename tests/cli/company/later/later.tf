# A year on: a team took another name, a group that was made by hand is found, and audits read through the partner's role.

moved {
  from = module.team["web"]
  to   = module.team["storefront"]
}

import {
  to = aws_iam_group.found
  id = "by-hand"
}

resource "aws_iam_group" "found" {
  name = "by-hand"
}

# The provider itself takes the role.
provider "aws" {
  alias               = "auditor"
  allowed_account_ids = [var.account]

  assume_role {
    role_arn     = "arn:aws:iam::${var.account}:role/PartnerAudit"
    session_name = "quarterly"
    external_id  = var.external_id
    duration     = "15m"
    policy_arns  = ["arn:aws:iam::aws:policy/IAMReadOnlyAccess"]
    tags         = { ticket = "AUD-7" }
  }
}

data "aws_iam_users" "people" {
  provider    = aws.auditor
  path_prefix = "/people/"
  depends_on  = [aws_iam_user.person]
}

output "people" {
  value = join(" ", sort(data.aws_iam_users.people.names))
}
