# What is made when sandbox is built: the profiles as text, system calls by
# number, the filters of the profiles and of PID 1 as BPF.
$(B)/shipped.c: src/input/embed.sh $(PROFILES)
	@mkdir -p $(@D)
	$(MAKES) src/input/embed.sh $(PROFILES) >$@

$(B)/syscalls.c: src/host/syscalls.gen.c src/host/syscalls.txt
	@mkdir -p $(@D)
	$(COMPILE) -o $(B)/gen-syscalls $< $(LDFLAGS) -lseccomp
	$(MAKES) $(B)/gen-syscalls <src/host/syscalls.txt >$@

$(B)/filters.c: src/compile/filters.gen.c src/run/init.calls $(MADE)
	$(COMPILE) -o $(B)/gen-filters $< $(MADE) $(LDFLAGS)
	$(MAKES) $(B)/gen-filters $(filter %.profile,$(PROFILES)) <src/run/init.calls >$@
