# Programs that `make setup` fetched are found first.
export PATH := $(CURDIR)/.cache/bin:$(PATH)

TOOL := go tool -modfile=tools/go.mod
STATIC := CGO_ENABLED=0 go build -trimpath -ldflags='-s -w'

.DEFAULT_GOAL := help
.PHONY: help run test setup check fmt vet lint sqlc alerts webcheck web screenshots unit e2e figures fuzz bench bench-peer churn watched conformance client generate build clean soak grand licences vuln

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start the server with its own database under ./data
	@go run ./cmd/ftcmetrics

test: ## Everything a change has to pass: setup, check, unit, e2e, fuzz
	@scripts/test setup check unit e2e fuzz

setup: ## Fetch what the tests need and this machine lacks, into ./.cache
	@scripts/setup

check: fmt vet lint sqlc alerts webcheck ## Format, vet, lint, and generated code that is up to date

fmt:
	@files=$$(git ls-files -co --exclude-standard -- '*.go' | while read -r f; do [ ! -f "$$f" ] || echo "$$f"; done | xargs gofmt -l) && \
	if [ -n "$$files" ]; then echo "gofmt -w" $$files; exit 1; fi

# Tests beside a peer are not run by `make test`, but they have to build.
vet:
	@go vet ./...
	@go vet -tags peer ./cmd/ftcmetrics ./realtime/pusher ./realtime/realtimetest

lint:
	@$(TOOL) golangci-lint run ./...

sqlc:
	@$(TOOL) sqlc diff

alerts:
	@mkdir -p .cache
	@go -C tools/alerts test ./... >.cache/alerts.log || { cat .cache/alerts.log; exit 1; }

webcheck:
	@[ -d web/node_modules ] || scripts/setup
	@npm --prefix web run --silent check
	@npm --prefix web run --silent build -- --outDir '$(CURDIR)/.cache/web' >/dev/null
	@diff -rq .cache/web web/dist || { echo "web/dist is not what web/src builds: run make web"; exit 1; }

# Many tests wait, so that three packages at once keep two processors busy. What ends does so
# at once, not a second later as the race detector has it; check has vetted.
unit: ## Go tests with the race detector
	@GORACE=atexit_sleep_ms=10 go test -race -vet=off -p 3 -timeout 15m ./...

e2e: ## The web app's own tests, then the built program with the real Pusher clients and a browser
	@npm --prefix web --silent test
	@$(STATIC) -o .cache/ftcmetrics ./cmd/ftcmetrics
	@FTCMETRICS_BIN='$(CURDIR)/.cache/ftcmetrics' scripts/e2e

figures: ## The web app's times, held to their limits; on a machine that does nothing else
	@$(STATIC) -o .cache/ftcmetrics ./cmd/ftcmetrics
	@cd e2e && FIGURES=hold FTCMETRICS_BIN='$(CURDIR)/.cache/ftcmetrics' node --test --test-force-exit --test-reporter=spec journey-*.test.mjs | grep -E '^(figure|✖)|limit'

fuzz: ## Each fuzz target for a moment; FUZZ=5m for longer
	@scripts/fuzz

bench: ## Benchmarks; BENCH=Name for some of them
	@go test -run '^$$' -bench '$(or $(BENCH),.)' -benchmem ./...

bench-peer: ## Our hub and soketi under the same load, in turn; ROUNDS=3 for more
	@scripts/bench-peer

churn: ## Three minutes of clients that come and go, on our hub; CHURN=10m for longer
	@SERVERS=ftcmetrics SCENARIOS=churn scripts/bench-peer

watched: ## What it costs the hub to be looked at, 17 minutes; TURNS=5 for a glance
	@go test -run '^$$' -bench Watched -benchtime $(or $(TURNS),25)x -timeout 60m ./realtime/inspect

soak: ## The long forms of the reliability bars, 10 minutes each; SOAK=1h for longer
	@scripts/soak

grand: ## A minute of everything at once: three nodes, 300 sockets, three faults; GRAND=10m for longer
	@go test -count 1 -v -timeout 2h -run '^TestGrand$$' ./internal/faults -args -long $(or $(GRAND),1m) -stock 'node ../../e2e/spectator.mjs'

conformance: ## Our hub and soketi, row by row of the Pusher protocol
	@scripts/install-soketi
	@go test -tags peer -count 1 -timeout 10m -v -run '^TestPeer' ./realtime/realtimetest
	@go test -tags peer -count 1 -timeout 5m -v -run '^TestSoketi$$' ./realtime/pusher
	@go test -tags peer -count 1 -timeout 5m -v -run '^TestPeerCommands$$' ./cmd/ftcmetrics

web: ## Build the web app into web/dist, which goes into the program
	@npm --prefix web run --silent build

screenshots: ## Pictures of every screen with the demo's data, in .cache/screenshots/index.html
	@$(STATIC) -o .cache/ftcmetrics ./cmd/ftcmetrics
	@FTCMETRICS_BIN='$(CURDIR)/.cache/ftcmetrics' node e2e/screens.mjs

client: ## Write the types of clients/react anew, from the program's own document
	@$(STATIC) -o .cache/ftcmetrics ./cmd/ftcmetrics
	@FTCMETRICS_BIN='$(CURDIR)/.cache/ftcmetrics' npm --prefix clients/react --silent run generate

licences: ## Write docs/dependencies.md anew: modules and packages with their licences
	@go test ./docs -run '^TestDependencies$$' -update

vuln: ## Known holes in the code that is called; asks vuln.go.dev
	@$(TOOL) govulncheck ./...

generate: ## Write generated code anew
	@$(TOOL) sqlc generate
	@go generate ./...

build: ## One static program: ./ftcmetrics
	@$(STATIC) -o ftcmetrics ./cmd/ftcmetrics

clean: ## Remove what make made; data stays
	@rm -rf .cache ftcmetrics e2e/node_modules web/node_modules clients/react/node_modules clients/react/dist
