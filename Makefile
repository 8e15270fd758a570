# Everything there is to do here. `make run` and `make test` need nothing but Debian 12 and a Swift 6.3 toolchain.
SHELL := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help run test unit acceptance check format bench soak packages python

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: packages ## Build, read the manual in as a sample, and serve on 127.0.0.1:8080
	@Scripts/run

test: packages python ## Every test, with real SQLite, a real model and a real server
	@Scripts/test

unit: packages python ## The Swift tests alone
	@Scripts/test unit

acceptance: packages python ## The tests from outside alone
	@Scripts/test acceptance

check: packages ## Format, style and layers; part of `make test`
	@Scripts/check

format: ## Put every Swift file into the project's format
	@. Scripts/swift-path && require_swift && swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

bench: packages ## Figures beside others' in the same run (needs ../shared/bench)
	@Scripts/system-packages --tests && Scripts/python-environment --bench && Scripts/bench

soak: packages python ## The long runs: kill -9 with 200 seeds, eight windows on one conversation for a minute
	@SEEDS=200 WINDOW_SECONDS=60 Scripts/test acceptance -k 'kill_9_in or many_windows'

packages:
	@Scripts/system-packages

python:
	@Scripts/system-packages --tests
	@Scripts/python-environment
