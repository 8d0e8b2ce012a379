# What an account has once.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "alias" {}

variable "word" {
  default = "first"
}

resource "aws_iam_account_alias" "this" {
  account_alias = var.alias
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length        = var.word == "first" ? 14 : 20
  require_numbers                = true
  password_reuse_prevention      = 5
  allow_users_to_change_password = true
}

resource "aws_iam_security_token_service_preferences" "tokens" {
  global_endpoint_token_version = var.word == "first" ? "v1Token" : "v2Token"
}

data "aws_iam_account_alias" "this" {
  depends_on = [aws_iam_account_alias.this]
}

output "found" {
  value = data.aws_iam_account_alias.this.account_alias == var.alias
}
