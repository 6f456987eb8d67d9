# `make` builds; README.md and CONTRIBUTING.md say what the rest is for.
.PHONY: build release library setup demo serve test compatibility lint format bench soak soak-crash fuzz players
.DEFAULT_GOAL := build

lathe := .build/release/lathe
python := .venv/bin/python
swift_sources := Package.swift Sources Tests Fuzz
# Suites with sockets, threads and real time: they run one by one, when nothing else keeps the machine busy.
live := ^(APITests|CLatheTests|DTLSTests|EventLoopTests|HTTPServerTests|LatheTests|PublishTests|ServiceTests|StorageTests)\.

build: setup
	swift build

# The link is what scripts of the older product start.
release: setup
	swift build -c release --product lathe
	ln -sfn lathe .build/release/recorder_local

# liblathe.so, for programs in C and in all that can call C; Sources/CLathe/include/lathe.h is its header.
library: setup
	swift build -c release --product CLathe
	ln -sfn libCLathe.so .build/release/liblathe.so

setup:
	@scripts/setup

demo: release
	$(lathe) demo

# Options go in ARGS: make serve ARGS="--http 0.0.0.0:8080"
serve: release
	$(lathe) serve $(ARGS)

lint:
	swift format lint --strict --parallel --recursive $(swift_sources)

format:
	swift format --in-place --parallel --recursive $(swift_sources)

# Everything, cheapest first. The release build is what the end-to-end tests run.
test:
	@scripts/setup --tests
	$(MAKE) lint
	swift build -c debug --build-tests
	swift test --skip-build --parallel --skip '$(live)'
	swift test --skip-build --no-parallel --filter '$(live)'
	swift build -c release --product lathe
	$(MAKE) library
	if [ -f Tests/EndToEnd/run.py ]; then $(python) Tests/EndToEnd/run.py; fi

# Does what each row of docs/compatibility.md says, by the program, over HTTP, in Swift and in C; part of `make test`.
compatibility: release
	@scripts/setup --tests
	$(python) Tests/EndToEnd/compatibility.py
	swift build -c debug --build-tests
	swift test --skip-build --no-parallel --filter 'WalkTests|CompatibilityPageTests|CompatibilityColumnTests'

# What stopping costs, then what a stream costs beside Janus. Fails if the bar in docs/measurements.md is missed.
bench: release
	@scripts/setup --tests
	swift build -c release --product lathe-bench
	.build/release/lathe-bench
	$(python) Benchmarks/bench.py $(ARGS)
	$(python) Benchmarks/keeping.py

# The long campaigns: hours of call, bad networks, killed processes.
soak: release
	@scripts/setup --tests
	$(python) Benchmarks/soak.py $(ARGS)

# What is left of recordings when the process dies at a thousand moments, and when the power goes at any.
soak-crash: release
	@scripts/setup --tests
	$(python) Benchmarks/soak.py killed_servers power_cuts

# Each parser for FUZZ_SECONDS, 30 by default; ARGS names some.
fuzz: setup
	scripts/fuzz $(ARGS)

# Which players play what Lathe writes: makes docs/players.md. A quarter of an hour.
players: release
	@scripts/setup --players
	$(python) Players/players.py $(ARGS)
