# sandbox: GNU make, no configure step. `make help` lists the targets.
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share/sandbox
MANDIR  ?= $(PREFIX)/share/man
VERSION := 0.1.0
STATIC  ?= 1
B       ?= build

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef
BASE_CPPFLAGS := -std=gnu17 -D_GNU_SOURCE -Isrc -DVERSION='"$(VERSION)"' \
	-DDATADIR='"$(DATADIR)"'
BASE_CFLAGS := -O2 -g $(WARN) -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
	-fPIE -MMD -MP
# V=1 shows what is run.
MAKES   = $(if $(V),,@echo '  MAKE  $@';)
COMPILE = $(if $(V),,@echo '  CC    $@';) $(CC) $(BASE_CPPFLAGS) $(CPPFLAGS) $(BASE_CFLAGS) $(CFLAGS)

# One static executable where this host can link one; else a dynamic one.
static-works = $(shell mkdir -p $(B) && echo 'int main(void){return 0;}' | \
	$(CC) -x c -fPIE -static-pie -o $(B)/static-try - 2>/dev/null && echo 1)
LINK := -Wl,-z,relro,-z,now $(if $(filter 1,$(STATIC)),$(if $(static-works), \
	-static-pie,$(warning no static C library: linking dynamically) -pie),-pie)

PROFILES := $(wildcard profiles/*.profile profiles/*.inc)
CORE_SRC := $(filter-out %.gen.c,$(wildcard src/base/*.c src/host/*.c \
	src/plan/*.c src/input/*.c src/compile/*.c))
SRC      := $(CORE_SRC) $(wildcard src/run/*.c src/layer/*.c src/report/*.c)
# What the generator of filters is made of, and what it adds.
MADE     := $(CORE_SRC:%.c=$(B)/%.o) $(B)/shipped.o $(B)/syscalls.o
CORE     := $(MADE) $(B)/filters.o
REPORT   := $(patsubst %.c,$(B)/%.o,$(wildcard src/run/*.c src/layer/*.c \
	src/report/*.c))
OBJ      := $(CORE) $(patsubst %.c,$(B)/%.o,$(filter-out $(CORE_SRC),$(SRC))) \
	$(B)/sandbox.o
MAN      := $(B)/sandbox.1 $(B)/sandbox-profile.5
# The plain build stands beside the Makefile; others stay in their B.
BIN      := $(if $(filter build,$(B)),sandbox,$(B)/sandbox)

all: $(BIN) ## build ./sandbox (STATIC=0: linked dynamically)
$(BIN): $(OBJ)
	$(COMPILE) $(LINK) $(LDFLAGS) -o $@ $(OBJ) $(LDLIBS)

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<
$(B)/%.o: $(B)/%.c
	$(COMPILE) -c -o $@ $<

# Another PREFIX is another place of profiles, which the executable knows.
$(B)/src/input/profile_files.o: $(B)/datadir
$(B)/datadir: FORCE
	@mkdir -p $(@D)
	@echo '$(DATADIR)' | cmp -s - $@ || echo '$(DATADIR)' >$@

include src/generated.mk

demo: ## install what the build lacks, build, compile and run a program inside
	@packaging/deps build
	@$(MAKE) --no-print-directory all
	@tests/demo

CHECKS := check-unit check-golden check-corpus check-sweep check-kill9 \
	check-attacks check-embedded check-layers check-limits \
	check-documents check-cli
# One seed, so that a failure is the change's; check-layers takes any without.
check: ## install what the tests lack and run all of them
	@packaging/deps build test
	@$(MAKE) --no-print-directory SAMPLE=4 KILLS=60 SEED=1 all $(CHECKS)

include tests/checks.mk

asan: ## unit, golden, corpus and command-line tests under ASan and UBSan
	@packaging/deps build test
	$(MAKE) --no-print-directory B=build/asan STATIC=0 CFLAGS="-O1 \
		-fsanitize=address,undefined -fno-sanitize-recover=all \
		-fno-omit-frame-pointer -U_FORTIFY_SOURCE $(CFLAGS)" \
		all check-unit check-golden check-corpus check-cli
# Without files of reports and deletions in layers: valgrind 3.19 knows neither
# openat2(2) nor statx(2)'s mount ids, which they are about. ASan sees them.
valgrind: $(B)/unit ## the unit tests under valgrind
	valgrind -q --error-exitcode=99 $(B)/unit -report_file -covers

SECONDS_EACH ?= 60
fuzz: $(B)/shipped.c ## libFuzzer on every target (SECONDS_EACH=60)
	@packaging/deps build fuzz
	tests/fuzz/run $(SECONDS_EACH) $(FUZZ)

$(B)/bench-filter: bench/filter.c tests/unit/scmp.c $(CORE)
	$(COMPILE) -Itests/unit -o $@ $^ $(LDFLAGS) -lseccomp
bench: $(BIN) $(B)/bench-filter ## start-up beside the peers that are installed (ROUNDS=300)
	bench/run $(ROUNDS)
	bench/bwrap $(ROUNDS)
	bench/filter $(ROUNDS)
	bench/limits $(ROUNDS)
	bench/layers $(ROUNDS)

lint: man compile_commands.json ## format, layers, sizes, static analysis
	@packaging/deps build lint
	tests/lint

format: ## put the sources into the house style
	clang-format -i sandbox.c $$(find src tests bench -name '*.[ch]')

man: $(MAN) $(if $(shell command -v mandoc),$(MAN:=.html)) ## the manual, in build/; as HTML too where mandoc is

# Other manuals are linked to where all of them are.
$(B)/%.html: $(B)/% $(MAN)
	cd $(B) && mandoc -T html -O \
		'toc,man=%N.%S.html;https://manpages.debian.org/%N.%S' $* >$*.html

$(B)/sandbox.1 $(B)/sandbox-profile.5: $(B)/%: doc/%.in doc/wrap.awk $(BIN)
	$(abspath $(BIN)) --list man-options | awk -f doc/wrap.awk >$@.options
	$(abspath $(BIN)) --list man-directives | awk -f doc/wrap.awk >$@.directives
	$(abspath $(BIN)) --list man-bwrap | awk -f doc/wrap.awk >$@.bwrap
	sed -e '/^@OPTIONS@$$/{r $@.options' -e 'd}' \
	    -e '/^@DIRECTIVES@$$/{r $@.directives' -e 'd}' \
	    -e '/^@BWRAP@$$/{r $@.bwrap' -e 'd}' $< >$@

include packaging/packages.mk

compile_commands.json: ## for clangd and clang-tidy
	@tests/compile-commands '$(subst ','\'',$(CC) $(BASE_CPPFLAGS) $(WARN))' \
		sandbox.c $(SRC) >$@

clean: ## remove everything that was built
	rm -rf build sandbox compile_commands.json

help: ## this list
	@sed -n 's/^\([a-z0-9_.-]*\):.*## \(.*\)/  \1\t\2/p' Makefile \
		packaging/packages.mk tests/checks.mk | expand -t 24

.DELETE_ON_ERROR:
.PHONY: FORCE all demo check $(CHECKS) asan valgrind fuzz bench lint format \
	man clean help compile_commands.json
-include $(OBJ:.o=.d)
