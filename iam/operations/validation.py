"""Advice on policies: what is wrong, dangerous or needless in a text, whether it is stored or not."""
