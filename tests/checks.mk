# What `make check` is made of; INSIDE is where the binaries are.

# The hosts of the tests have profiles in /usr/local, whatever PREFIX is.
TESTED := $(filter-out %/profile_files.o,$(CORE)) $(B)/tested/profile_files.o
$(B)/tested/profile_files.o: src/input/profile_files.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -UDATADIR -c -o $@ $<

$(B)/unit: $(wildcard tests/unit/*.c) tests/golden/canned.c $(TESTED) $(REPORT)
	$(COMPILE) -Itests/unit -Itests/golden -o $@ $(filter tests/unit/%,$^) $(TESTED) \
		$(REPORT) $(LDFLAGS) -lcmocka -lseccomp -lcap

check-unit: $(B)/unit ## unit tests of the pure parts (cmocka)
	$(B)/unit

$(B)/golden: tests/golden/golden.c tests/golden/canned.c $(TESTED)
	$(COMPILE) -Itests/golden -o $@ $^ $(LDFLAGS)

check-golden: $(B)/golden ## plans on canned hosts against their golden files
	$(B)/golden tests/golden

FUZZ := cli profile compile filter bwrap record
$(B)/corpus-%: tests/fuzz/%.c tests/fuzz/replay.c tests/golden/canned.c \
		tests/unit/bpf.c tests/unit/sample.c $(TESTED)
	$(COMPILE) -Itests/golden -Itests/unit -o $@ $^ $(LDFLAGS)

check-corpus: $(FUZZ:%=$(B)/corpus-%) ## replay what fuzzing collected
	@for f in $(FUZZ); do $(B)/corpus-$$f tests/corpus/$$f || exit 1; done

INSIDE = SANDBOX=$(abspath $(BIN)) PROBE=$(abspath $(B)/probe) INJECT=$(abspath $(B)/inject)

$(B)/probe $(B)/inject $(B)/hog: $(B)/%: tests/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -O2 $(WARN) -static -pthread -o $@ $<

check-cli: $(BIN) $(B)/probe ## command-line tests (bats); as root: as a user too
	$(INSIDE) tests/cli/run

check-sweep: $(BIN) $(B)/probe $(B)/inject ## each call of set-up fails (SAMPLE=N: each N-th)
	$(INSIDE) tests/sweep --sample $(or $(SAMPLE),1)

check-kill9: $(BIN) $(B)/probe ## ended at any moment, it leaves nothing (KILLS=500)
	$(INSIDE) tests/kill9 $(or $(KILLS),500)

check-attacks: $(BIN) ## ways out of sandboxes: open without their wall, closed inside
	$(INSIDE) tests/attacks/run --table $(B)/attacks.md

check-differential: $(BIN) $(B)/probe ## beside Debian's bubblewrap: all has to be the same
	$(INSIDE) tests/differential/run

check-embedded: $(BIN) ## a changed profile changes the filter that is embedded
	+B=$(B) SANDBOX=$(abspath $(BIN)) tests/embedded

check-layers: $(BIN) ## layers that are applied, random and hostile ones (ROUNDS=N SEED=N)
	$(INSIDE) tests/layers/run $(or $(ROUNDS),4) $(SEED)

check-limits: $(BIN) $(B)/hog ## every limit against programs that want more
	$(INSIDE) HOG=$(abspath $(B)/hog) tests/limits/run --out $(B)/limits.tsv
	$(INSIDE) HOG=$(abspath $(B)/hog) tests/vm/load --at-once 100 --in-a-row 0

# IMAGE: a tar that was made already; takes root, and the network.
check-rootfs: $(BIN) ## a real image: unpacked, compiled in, installed into
	$(INSIDE) tests/layers/rootfs

# PARTS: which ones, of tests/packaging/run.
check-packaging: ## tarball, packages and release, twice; install and uninstall
	tests/packaging/run $(PARTS)
.PHONY: check-packaging

# CLIENTS: which ones; those that are not installed are skipped.
check-clients: $(BIN) ## real programs, with sandbox as their bubblewrap
	@mkdir -p $(B)/as && ln -f $(BIN) $(B)/as/bwrap
	tests/clients/run $(abspath $(B)/as/bwrap) $(CLIENTS)

# What the documents show is done, and has to come out as they say.
DOCUMENTS := README.md doc/tutorial.md doc/course.md \
	doc/from-bubblewrap.md doc/from-firejail.md \
	doc/sandbox.1.in doc/sandbox-profile.5.in \
	tests/documents/first-minutes.typescript
check-documents: $(BIN) ## the commands in README.md and doc/, DOCUMENTS=FILES
	@! $(INSIDE) tests/documents/run tests/documents/wrong.md >/dev/null
	$(INSIDE) tests/documents/run $(DOCUMENTS)

# TOOLCHAINS: which ones, --installed: those that need nothing more, or --quick:
# those too that are installed in less than a minute.
check-toolchains: $(BIN) ## shipped profiles with the real programs that they are for
	$(INSIDE) tests/toolchains/run $(TOOLCHAINS)

# On virtual machines with stock kernels: VM=RUNNER runs a command on one.
IN_VM := $(BIN) $(B)/probe $(B)/hog
WAYS  := login service root bare cgroups
check-vm: $(IN_VM) ## the main job and limits on stock kernels: VM=RUNNER
	for k in 6.1 6.12; do $(VM) --kernel $$k -- tests/vm/smoke || exit 1; done
	$(VM) --root -- tests/vm/limits --core $(WAYS) load

check-vm-limits: $(IN_VM) ## all about limits on both kernels: half an hour
	for k in 6.1 6.12; do $(VM) --kernel $$k --root --timeout 3000 \
		--out $(B)/limits-$$k -- tests/vm/limits || exit 1; done

check-vm-load: $(IN_VM) ## 200 sandboxes at once and 5,000 in a row: VM=RUNNER
	$(VM) --root --timeout 6000 -- tests/vm/limits load \
		--at-once 200 --in-a-row 5000

check-vm-host: $(IN_VM) ## --check-host where things are missing, its fixes, containers
	for k in 6.1 6.12; do $(VM) --kernel $$k --root --timeout 1500 -- \
		tests/vm/check-host || exit 1; done

check-vm-first: ## the first five minutes on stock kernels, with git: VM=RUNNER
	for k in 6.1 6.12; do SANDBOX_VM_PACKAGES=git $(VM) --kernel $$k \
		--timeout 3000 -- tests/documents/run \
		tests/documents/first-minutes.typescript || exit 1; done

# What does not end as it should stands in the tables, and is marked there.
limits-table: $(IN_VM) ## measure again what doc/limits.md says: VM=RUNNER
	-$(INSIDE) HOG=$(abspath $(B)/hog) tests/limits/run --out $(B)/limits.tsv
	-$(INSIDE) HOG=$(abspath $(B)/hog) tests/limits/run --only memory-told \
		--repeat 20 --out $(B)/limits-told.tsv
	-$(VM) --root --timeout 3000 --out $(B)/limits-6.1 -- \
		tests/vm/limits login scope shell service root bare delegated
	tests/limits/table doc/limits.md.in $(B)/limits.tsv \
		$(B)/limits-told.tsv $(B)/limits-6.1/*.tsv >doc/limits.md

.PHONY: check-documents check-toolchains check-rootfs check-differential check-limits \
	check-vm check-vm-limits check-vm-load check-vm-host check-vm-first limits-table
