# The application on Hyperledger Fabric. Included by the Makefile. Fabric's programs are looked for in FABRIC_HOME/bin,
# then on the PATH; without them, Docker is used.
FABRIC_DIR ?= var/fabric

.PHONY: fabric fabric-network fabric-test fabric-faults bench-fabric

fabric: install ## The demo on a Fabric network of three organisations, as processes or in containers (PORT=8000)
	@if $(RUN) python -m docker.native --check >/dev/null 2>&1 || ! docker compose version >/dev/null 2>&1; then \
	  exec $(RUN) python -m docker.native --folder "$(FABRIC_DIR)" --port $(PORT); \
	else \
	  exec $(RUN) python -m docker.containers --folder "$(FABRIC_DIR)" --port $(PORT); \
	fi

fabric-network: install ## Only the network, as processes: for development against it
	@exec $(RUN) python -m docker.native --folder "$(FABRIC_DIR)" --network-only

fabric-test: install ## Run the contract suite, the record path and faults under load on a Fabric network of their own
	@$(RUN) python -m docker.native --check
	@$(RUN) python -m pytest -n0 tests/fabric tests/contract tests/fabric_faults/test_faults_under_load.py

fabric-faults: install ## Break a Fabric network at random under load (FAULTS_ROUNDS=20 FAULTS_SEED=11)
	@$(RUN) python -m docker.native --check
	@$(RUN) python -m pytest -n0 -s tests/fabric_faults

bench-fabric: install ## Measure a Fabric network: transactions and events a second, memory; saved as JSON
	@$(RUN) python -m docker.native --check
	@$(RUN) python -m tests.bench.fabric
