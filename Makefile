# `make demo` shows a town, `make test` proves the whole; both set up what is missing first. See CONTRIBUTING.md.
PORT ?= 8000
BIN := .venv/bin
SOAK_OPTIONS ?=

.PHONY: help setup demo test bench soak test-clients lint format lock clean
.NOTPARALLEL:

help:
	@echo "make demo [PORT=8000]  准备环境，载入示范街镇并启动服务 / set up, load the demo town, serve it"
	@echo "make test              准备环境并运行全部测试 / set up and run every test"
	@echo "make bench             打印性能表 / print the table of measurements"
	@echo "make soak              长时间运行的测试 / the long runs"
	@echo "make test-clients      用外部程序（如 QGIS）测试 / tests with outside programs such as QGIS"
	@echo "make setup|lint|format|lock|clean"

setup:
	@scripts/setup.sh run

demo: setup
	@$(BIN)/wangge doctor --starting --port $(PORT)
	@$(BIN)/wangge demo
	@exec $(BIN)/wangge up --port $(PORT)

test:
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory lint
	@scripts/console.sh test
	@$(BIN)/pytest -n 2 -m "not soak and not clients"

bench:
	@scripts/setup.sh bench
	@$(BIN)/python scripts/bench.py

soak:
	@scripts/setup.sh test
	@$(BIN)/pytest -m soak -s $(SOAK_OPTIONS)

test-clients:
	@scripts/setup.sh test
	@$(BIN)/pytest -m clients

# .venv is named because a checkout that is no git clone has no .gitignore in force.
lint:
	@$(BIN)/ruff check --quiet --extend-exclude .venv
	@$(BIN)/ruff format --check --quiet --extend-exclude .venv
	@$(BIN)/lint-imports --no-logo >/dev/null || $(BIN)/lint-imports
	@$(BIN)/mypy

format:
	@$(BIN)/ruff check --fix --quiet --extend-exclude .venv
	@$(BIN)/ruff format --quiet --extend-exclude .venv

# Resolve the newest versions; --no-emit-* keeps every registry's address out of the files.
LOCK := $(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links pyproject.toml
lock:
	@$(LOCK) -o requirements/base.txt
	@$(LOCK) --extra dev -c requirements/base.txt -o requirements/dev.txt
	@$(LOCK) --extra dev --extra bench -c requirements/dev.txt -o requirements/bench.txt

clean:
	@if [ -x $(BIN)/wangge ]; then $(BIN)/wangge db stop || true; fi
	@rm -rf .venv map_ui/static map_ui/web/node_modules
