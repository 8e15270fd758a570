"""What the acceptance tests stand on: a server to start and kill, a scripted model, exact readers of streams."""
