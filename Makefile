# make run       starts everything on this machine (PORT=8000); Ctrl-C ends it, the data stays
# make stop      ends what runs from this folder, wherever it was started
# make reset     removes all data of this folder, after asking (FORCE=1 does not ask)
# make test      everything that must hold
# make bench     the figures of docs/benchmarks.md
# make shell     a Python shell on the running demonstration
# make messages  brings the catalogs in step with the marked strings

PYTHON = .venv/bin/python

.PHONY: run stop reset test bench shell messages

run:
	@scripts/bootstrap
	@exec $(PYTHON) -m houshayu.embedded run

stop reset:
	@scripts/bootstrap
	@exec $(PYTHON) -m houshayu.embedded $@

test: export HOUSHAYU_MODE = test
test:
	@scripts/bootstrap dev
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	.venv/bin/djangofmt --check templates
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PYTHON) -m pytest -n auto --maxprocesses 4

bench:
	@scripts/bootstrap dev
	$(PYTHON) -m bench

shell: export HOUSHAYU_MODE = demonstration
shell:
	$(PYTHON) manage.py shell

messages: export HOUSHAYU_MODE = test
messages:
	$(PYTHON) manage.py makemessages --all --no-obsolete --add-location=file --no-wrap \
	    --ignore .venv --ignore var --ignore tests --ignore bench
