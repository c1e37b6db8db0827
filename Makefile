# 学位证书信息管理: `make run` opens the app, `make test` runs everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= data/var
export DESK_HOME := $(HOME_DIR)

.PHONY: help run lookup test proof bench audit docs clean

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: $(VENV)/.run ## install, fill with demo data when empty, open the app on 127.0.0.1:8501
	$(BIN)/python -m core demo --if-empty
	$(BIN)/streamlit run dashboard.py

lookup: $(VENV)/.run ## the public lookup on 127.0.0.1:8600, over the latest package (each release writes one)
	$(BIN)/python -m core.public

test: $(VENV)/.test chromium ## install, then ruff and all tests, browser tests included
	$(BIN)/ruff check .
	$(BIN)/python -m pytest

proof: $(VENV)/.test ## the long proofs in full (tens of minutes); figures go to README, Proofs
	DESK_PROOF=1 $(BIN)/python -m pytest -m proof

bench: $(VENV)/.test ## speed against raw DuckDB in the same run; ROWS=6000000 ROUNDS=1 ARCHIVE=60000000 for the large one
	$(BIN)/python -m bench --rows $(or $(ROWS),1000000) --rounds $(or $(ROUNDS),3) --archive $(or $(ARCHIVE),0)

audit: $(VENV)/.test ## ask today's advisories about everything installed (needs the internet)
	$(BIN)/python -m pip install -q --disable-pip-version-check pip-audit==2.10.1
	$(BIN)/pip-audit --strict

docs: $(VENV)/.run ## write the generated parts of README anew
	$(BIN)/python -m tests.docs

clean: ## forget the virtual environment and the embedded store
	rm -rf $(VENV) data/var

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo '需要 Python 3.11 以上。Python 3.11 or newer is needed (PYTHON=python3.x make …).'; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		{ [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -y -q python3-venv && $(PYTHON) -m venv $(VENV); } || \
		{ rm -rf $(VENV); echo '请先安装 python3-venv。Install it first: sudo apt-get install python3-venv'; exit 1; }; }

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.test: tests/requirements.txt $(VENV)/.run
	$(BIN)/python -m pip install -q --disable-pip-version-check -r tests/requirements.txt
	@touch $@

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && apt-get update -q && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk; } || \
		{ echo '浏览器测试需要 Chromium，请先安装。Browser tests need Chromium: sudo apt-get install chromium fonts-noto-cjk'; exit 1; }
