# All that a newcomer needs. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run words test test-quick pythons check fix bench bench-full bench-scale bench-province bench-locks flood rolling crash year disclosure numbers-demo alike onion pgbackrest mutants posters screens offline portal lighthouse lock lock-debian release release-packages reproduce stranger upgrade-walk move-walk keep-form notices audit system clean FORCE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The machine's Node where it is new enough, else the one from the wheel.
export PATH := $(CURDIR)/$(BIN):$(PATH)
HAS_NODE := $(shell node -e 'process.exit(+process.versions.node.split(".")[0] >= 18 ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1 && echo yes)

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

# Every byte that is installed has its hash in a lock file, what builds included: wheels alone, since
# a source package would fetch its builder unseen; no isolation, which would fetch setuptools so;
# no script of a package (npm) runs: esbuild's program comes as a package of its own.
PIP_LOCKED = $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all:
NPM_LOCKED = npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

# Quiet while it works: setuptools warns at length of how an editable install is found.
INSTALL_SELF = said=$$($(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . 2>&1) || { echo "$$said" >&2; exit 1; }

# More processes than cores: many tests wait for a browser or a server. A file of tests stays in one
# process, the longest first (tests/longest.py); the seed makes all collect the same names of cases.
# Bytecode is kept whatever the shell says: of a hundred servers and builds each would compile anew.
TEST_PROCESSES ?= 4
PYTEST = env -u PYTHONDONTWRITEBYTECODE PYTHONHASHSEED=0 $(BIN)/pytest -q -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

# One of each language; English is always there.
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard admin/translations/*/LC_MESSAGES/messages.po))

# The copy for a disk, packed; the site offers it on about/offline/ (site/hooks/downloads.py).
OFFLINE := build/downloads/dengshao-offline.zip
SITE_PARTS = mkdocs.yml build/.laws $(shell find content site -type f -not -path '*/__pycache__/*' 2>/dev/null) $(VENV)/.run

# What is served to be measured; the tests' parts that the measuring uses want the rest.
SERVED = $(VENV)/.dev node_modules/.dev system build/browser/.built build/site/index.html $(CATALOGUES)

run: $(VENV)/.run build/browser/.built build/site/index.html $(CATALOGUES) ## Install, build, fill the demo, serve at 127.0.0.1:8000
	@echo "[5/5] 启动 starting"
	@exec $(BIN)/dengshao serve --demo

test: ## Format, lint, types, tests; both site builds are among them
	@# The system's packages are loaded while Python's are installed and the types checked.
	@$(MAKE) --no-print-directory system & \
	$(MAKE) --no-print-directory check build/browser/.built $(CATALOGUES); checked=$$?; \
	wait $$! && exit $$checked
	@echo "== pytest" && $(PYTEST) $(PYTEST_ARGS)

test-quick: $(VENV)/.dev node_modules/.dev build/browser/.built $(CATALOGUES) ## The tests without a browser, on SQLite alone
	@$(PYTEST) -m "not browser" --databases sqlite $(PYTEST_ARGS)

# The Pythons that README allows.
pythons: ## make test on each Python that README allows and that is here (about half an hour each)
	@for version in 3.11 3.12 3.13; do \
	  python$$version -c '' 2>/dev/null || { echo "== Python $$version is not here"; continue; }; \
	  echo "== Python $$version"; \
	  $(MAKE) --no-print-directory test PYTHON=python$$version VENV=.venv-$$version || exit 1; \
	done

words: $(VENV)/.run ## For editors: check the words, show the pages at 127.0.0.1:8001, again at each change
	@echo "检查文字，建网页。看 http://127.0.0.1:8001/ ，改完存盘就会更新，按 Ctrl-C 停。"
	@exec $(BIN)/mkdocs serve --no-strict --livereload --dev-addr 127.0.0.1:8001

BIOME := node_modules/.bin/biome check
TSC := node_modules/.bin/tsc

check: $(VENV)/.dev node_modules/.dev build/contract.js ## Format, lint, types and licences only
	@echo "== ruff" && $(BIN)/ruff format --check . && $(BIN)/ruff check .
	@echo "== biome" && $(BIOME) --error-on-warnings
	@echo "== tsc" && $(TSC) && $(TSC) --project tsconfig.old.json
	@echo "== mypy" && $(BIN)/mypy
	@echo "== licences" && $(BIN)/python -m tests.supply.licences

fix: $(VENV)/.dev node_modules/.dev ## Format, and mend what ruff and Biome can
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format . ; $(BIOME) --write

bench: $(SERVED) ## Measure; writes build/bench.json
	$(BIN)/python -m tests.bench $(BENCH_ARGS)

bench-full: $(SERVED) ## The queue over a million tips, a departure with 3,000; writes build/bench-full.json, …-departure.json
	$(BIN)/python -m tests.bench.full $(BENCH_ARGS)
	$(BIN)/python -m tests.bench.departure

bench-scale: $(SERVED) ## What a tip and a page cost among 1 k to 10 M tips: build/bench-scale.{json,svg,md} (SCALE_ARGS="--sizes 1000,100000")
	$(BIN)/python -m tests.bench.scale $(SCALE_ARGS)

bench-province: $(SERVED) ## Readers, reporters, files, staff, sweep and backup at once, on one node and two: build/bench-province.json
	$(BIN)/python -m tests.bench.province $(PROVINCE_ARGS)

bench-locks: $(VENV)/.dev ## How long writers of a million tips wait while a migration runs (PostgreSQL): build/bench-locks.json
	$(BIN)/python -m tests.bench.locks $(LOCKS_ARGS)

flood: $(SERVED) ## Flood a server for a minute, with fifty people in it (FLOOD_ARGS=--calls: each tip calls)
	$(BIN)/python -m tests.flood $(FLOOD_ARGS)

rolling: $(SERVED) ## Restart two nodes behind nginx every 5 s for two minutes under load: build/rolling.json (ROLLING_ARGS="--upgrade", from one schema to the next)
	@$(BIN)/python -m tests.rolling $(ROLLING_ARGS)

crash: $(SERVED) ## Kill worker, node, primary, S3, fill disks, cut the network, 200 times: is a tip lost? As root; build/crash.json (CRASH_ARGS="--rounds 20 --seed 7 --only primary"; "--patroni --rounds 21 --once", where Patroni leads the database)
	@nice $(BIN)/python -m tests.crash $(CRASH_ARGS)

year: $(VENV)/.dev system ## Walk fifty seeded years of transfers, ends, holds, recusals, departures, restores (YEAR_ARGS="--seeds 5")
	@nice $(BIN)/python -m tests.year $(YEAR_ARGS)

disclosure: $(VENV)/.dev ## Publish 23 random histories of 5,000 tips, three of the real measures, and try to narrow what is withheld (DISCLOSURE_ARGS="--histories 5")
	@nice $(BIN)/python -m tests.disclosure $(DISCLOSURE_ARGS)

numbers-demo: $(VENV)/.dev ## Publish six invented quarters by two persons: files marked as a demo's in build/numbers-demo/numbers
	@nice $(BIN)/python -m tests.publishing build/numbers-demo

alike: $(SERVED) ## Count what lines a reader and a reporter leave in the edge's log, with real nginx and Chromium
	@$(BIN)/python -m tests.alike

onion: $(SERVED) ## A tip through a Tor network of its own to the onion example (a minute)
	@DENGSHAO_ONION=1 $(BIN)/pytest -q tests/onion $(PYTEST_ARGS)

pgbackrest: $(VENV)/.dev $(CATALOGUES) ## Lose a PostgreSQL that pgBackRest archives, bring it back to a moment, put it right (wants pgbackrest; a minute)
	@DENGSHAO_PGBACKREST=1 $(BIN)/pytest -q tests/pgbackrest $(PYTEST_ARGS)

offline: $(OFFLINE) ## Build a copy of the site that opens from a disk or a stick, and pack it: build/offline
	@cd $(dir $(OFFLINE)) && sha256sum $(notdir $(OFFLINE))

portal: $(VENV)/.run build/.laws ## Write the pages as pieces for a government portal: build/portal (DENGSHAO_SITE_URL=https://… make portal)
	@[ -n "$$DENGSHAO_SITE_URL" ] || { echo "先写公开网站的地址：DENGSHAO_SITE_URL=https://… make portal" >&2; exit 1; }
	@$(BIN)/mkdocs build --strict --quiet --site-dir build/portal-site
	@$(BIN)/python site/hooks/portal.py build/portal-site content build/portal "$$DENGSHAO_SITE_URL"

lighthouse: $(SERVED) ## Lighthouse on a page of each kind, by npx; not a part of make test
	@$(BIN)/python -m tests.lighthouse

fuzz: $(SERVED) ## Send 2,000 hostile requests to a real server (FUZZ_ARGS="--seed 7")
	$(BIN)/python -m tests.fuzz $(FUZZ_ARGS)

mutants: $(SERVED) ## Put 280 small faults into the code one by one: which does no test notice? (about an hour)
	@$(BIN)/python -m tests.mutants $(MUTANTS_ARGS)

posters: $(VENV)/.dev system $(OFFLINE) ## Print posters and leaflets into build/posters (DENGSHAO_SITE_URL=https://… make posters)
	@DENGSHAO_OFFLINE=$(OFFLINE) $(BIN)/mkdocs build --strict --quiet --site-dir build/site
	@$(BIN)/python -m tests.posters

screens: $(VENV)/.dev system build/site/index.html ## Pictures of pages on a small telephone and of a sheet on paper: build/screens
	@$(BIN)/python -m tests.screens

lock: $(VENV)/.dev ## Resolve the dependencies of pyproject.toml anew
	$(BIN)/python -m tests.lock

move-walk: $(VENV)/.dev build/browser/.built $(CATALOGUES) ## Move 20,000 tips and 2,000 files to PostgreSQL and S3 and back, killed at random points (MOVE_WALK_ARGS="--tips 400 --files 40")
	@nice $(BIN)/python -m tests.move_walk $(MOVE_WALK_ARGS)

# DENGSHAO_RELEASE_KEY=key.pem signs. The same commit gives the same bytes, in any folder.
upgrade-walk: $(VENV)/.dev build/browser/.built $(CATALOGUES) ## Upgrade a real server to a next version, killed at each step, on both databases (UPGRADE_ARGS="--only sqlite")
	@nice $(BIN)/python -m tests.upgrade_walk $(UPGRADE_ARGS)

keep-form: $(VENV)/.dev ## Keep a small database of this version, which every later one must open: once, when it is released
	@$(BIN)/python -m tests.released

notices: $(VENV)/.run node_modules/.run ## Write build/THIRD-PARTY-NOTICES.txt: what others made, and under which licence
	@mkdir -p build && $(BIN)/python -m admin.release.making.notices build/THIRD-PARTY-NOTICES.txt

audit: $(VENV)/.dev ## Hold the lock files against a folder of advisories (OSV): ADVISORIES=…; npm's own where its registry answers
	@npm audit --omit=dev || echo "npm audit: no answer, or faults (above)."
	@$(BIN)/python -m tests.supply.audit "$(ADVISORIES)"

release: $(VENV)/.run build/browser/.built $(CATALOGUES) ## Write build/release/dengshao-VERSION-linux-{x86_64,aarch64}.tar.zst, sums, SBOM (RELEASE_ARGS="--arch x86_64")
	@$(BIN)/python -m admin.release.making $(RELEASE_ARGS)

release-packages: $(VENV)/.run build/browser/.built $(CATALOGUES) ## The same, and from it .deb, .rpm and a container image (wants dpkg, rpm, mmdebstrap)
	@$(BIN)/python -m admin.release.making --package deb --package rpm --package oci.tar $(RELEASE_ARGS)

reproduce: $(VENV)/.dev ## Make a release twice, in two folders under other circumstances, and compare the bytes (ten minutes)
	@nice $(BIN)/python -m tests.reproduce $(REPRODUCE_ARGS)

stranger: $(VENV)/.dev node_modules/.dev build/browser/.built $(CATALOGUES) ## A Debian without a network, and the artefact alone, from install to upgrade and back (as root; STRANGER_ARGS="--until install")
	@$(BIN)/python -m tests.stranger $(STRANGER_ARGS)

lock-debian: $(VENV)/.run ## Look up anew the Debian packages of which a version's own Python is made
	@$(BIN)/python -m admin.release.making.debs

# Program, or the file of a module, and Debian's package. What is absent is named; its tests are
# skipped, and without the headless shell those in a browser take twice as long.
OPTIONAL := age:age chromium-headless-shell:chromium-headless-shell nginx:nginx-light bwrap:bubblewrap ffmpeg:ffmpeg exiftool:libimage-exiftool-perl mat2:mat2 strace:strace tor:tor firefox-esr:firefox-esr WebKitWebDriver:webkit2gtk-driver Xvfb:xvfb slapd:slapd /usr/lib/nginx/modules/ngx_stream_module.so:libnginx-mod-stream
APT_INSTALL := DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq

system: ## Install the system packages that no wheel brings (as root)
	@needed=""; optional=""; \
	command -v chromium >/dev/null || needed="$$needed chromium"; \
	fc-list 2>/dev/null | grep -qi 'cjk' || needed="$$needed fonts-noto-cjk fontconfig"; \
	for pair in $(OPTIONAL); do \
	  [ -e "$${pair%%:*}" ] || PATH="$$PATH:/usr/sbin" command -v "$${pair%%:*}" >/dev/null || optional="$$optional $${pair##*:}"; \
	done; \
	if [ -z "$$needed$$optional" ]; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	  [ -z "$$optional" ] || echo "Absent, their tests are skipped or slow:$$optional"; \
	  [ -z "$$needed" ] || { echo "Install$$needed, then run make test again." >&2; exit 1; }; \
	  exit 0; \
	fi; \
	echo "== apt-get install$$needed$$optional"; \
	apt-get update -qq; \
	[ -z "$$needed" ] || $(APT_INSTALL) $$needed >/dev/null || exit 1; \
	for package in $$optional; do \
	  $(APT_INSTALL) --no-install-recommends $$package >/dev/null || echo "$$package is absent: its tests are skipped or slow."; \
	done

clean: ## Remove what was built (never var/)
	rm -rf build node_modules $(VENV)

$(BIN)/python:
	@echo "[1/5] 建 .venv making .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "[2/5] 装依赖 installing"
	@[ -f $(VENV)/.dev ] || $(PIP_LOCKED) -r requirements.lock
	@$(INSTALL_SELF)
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "== installing what the tests need"
	@$(PIP_LOCKED) -r requirements-dev.lock
	@$(INSTALL_SELF)
	@touch $@ $(VENV)/.run

$(VENV)/.node: requirements-node.lock | $(BIN)/python
	@[ -n "$(HAS_NODE)" ] || $(PIP_LOCKED) -r requirements-node.lock
	@touch $@

node_modules/.run: package-lock.json $(VENV)/.node
	@echo "[3/5] 装打包工具 installing the bundler"
	@$(NPM_LOCKED) $(if $(wildcard node_modules/.dev),,--omit=dev)
	@touch $@ $(wildcard node_modules/.dev)

node_modules/.dev: package-lock.json $(VENV)/.node
	@$(NPM_LOCKED)
	@touch $@ node_modules/.run

# What the browser's code knows of a tip, written from where it is declared; new only when it changes.
build/contract.js: $(wildcard admin/tip/*.py) $(VENV)/.run
	@mkdir -p build && $(BIN)/python -m admin.tip.contract > $@.new
	@if cmp -s $@.new $@; then rm $@.new; touch $@; else mv $@.new $@; fi

build/browser/.built: $(shell find admin/browser -type f) build/contract.js node_modules/.run
	@node admin/browser/build.mjs build/browser
	@touch $@

# Which official texts are imported, and where. The file changes only when they do.
build/.laws: FORCE | $(BIN)/python
	@mkdir -p build && $(BIN)/python -I site/hooks/law_folder.py > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

build/site/index.html: $(SITE_PARTS) $(OFFLINE)
	@echo "[4/5] 建网站 building the site"
	@DENGSHAO_OFFLINE=$(OFFLINE) $(BIN)/mkdocs build --strict --quiet
	@touch $@

$(OFFLINE): $(SITE_PARTS)
	@$(BIN)/mkdocs build --strict --quiet --no-directory-urls --site-dir build/offline
	@$(BIN)/python -I site/hooks/packed.py build/offline $@

admin/translations/%/LC_MESSAGES/messages.mo: admin/translations/%/LC_MESSAGES/messages.po $(VENV)/.run
	@# Put in place whole: a server that reads it at this moment would show every English page as an error.
	@$(BIN)/pybabel -q compile -l $* -i $< -o $@.new && mv $@.new $@
