# Identity providers and server certificates, and whatever reads them.

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

resource "aws_iam_openid_connect_provider" "idp" {
  url             = "https://idp.example.com/realms/main"
  client_id_list  = ["app", var.word]
  thumbprint_list = ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"]
  tags            = { team = var.word }
}

resource "aws_iam_saml_provider" "idp" {
  name                   = "idp"
  saml_metadata_document = file("metadata.xml")
  tags                   = { team = var.word }
}

resource "aws_iam_server_certificate" "web" {
  name             = "web"
  path             = "/${var.word}/"
  certificate_body = file("server.pem")
  private_key      = file("server.key")
  tags             = { team = var.word }
}

data "aws_iam_openid_connect_provider" "idp" {
  arn = aws_iam_openid_connect_provider.idp.arn
}

data "aws_iam_saml_provider" "idp" {
  arn = aws_iam_saml_provider.idp.arn
}

data "aws_iam_server_certificate" "web" {
  name       = aws_iam_server_certificate.web.name
  depends_on = [aws_iam_server_certificate.web]
}

output "found" {
  value = join(" ", [
    data.aws_iam_openid_connect_provider.idp.url,
    data.aws_iam_saml_provider.idp.name,
    data.aws_iam_server_certificate.web.path,
  ])
}
