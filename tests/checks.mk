# What `make check` is made of; INSIDE is where the binaries are.
$(B)/unit: $(wildcard tests/unit/*.c) $(CORE) $(REPORT)
	$(COMPILE) -Itests/unit -Itests/golden -o $@ $(filter %.c,$^) $(CORE) \
		$(REPORT) $(LDFLAGS) -lcmocka -lseccomp -lcap

check-unit: $(B)/unit ## unit tests of the pure parts (cmocka)
	$(B)/unit

$(B)/golden: tests/golden/golden.c tests/golden/canned.c $(CORE)
	$(COMPILE) -Itests/golden -o $@ $^ $(LDFLAGS)

check-golden: $(B)/golden ## plans on canned hosts against their golden files
	$(B)/golden tests/golden

FUZZ := cli profile compile filter
$(B)/corpus-%: tests/fuzz/%.c tests/fuzz/replay.c tests/golden/canned.c \
		tests/unit/bpf.c tests/unit/sample.c $(CORE)
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

check-embedded: $(BIN) ## a changed profile changes the filter that is embedded
	+B=$(B) SANDBOX=$(abspath $(BIN)) tests/embedded
