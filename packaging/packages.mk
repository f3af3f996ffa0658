# What is installed, and what is handed out: a tarball, an executable, packages.
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
BASHDIR := $(PREFIX)/share/bash-completion/completions
FISHDIR := $(PREFIX)/share/fish/vendor_completions.d

# FILE:PLACE of everything but the executable.
PLACES := $(foreach p,$(PROFILES),$(p):$(DATADIR)/profiles/$(notdir $(p))) \
	$(foreach s,$(wildcard doc/*.schema.json),$(s):$(DATADIR)/$(notdir $(s))) \
	$(B)/sandbox.1:$(MANDIR)/man1/sandbox.1 \
	$(B)/sandbox-profile.5:$(MANDIR)/man5/sandbox-profile.5 \
	completions/bash:$(BASHDIR)/sandbox completions/zsh:$(ZSHDIR)/_sandbox \
	completions/fish:$(FISHDIR)/sandbox.fish
ifeq ($(APPARMOR),1)
PLACES += $(B)/apparmor:/etc/apparmor.d/sandbox
install: $(B)/apparmor
endif
TO := $(DESTDIR)$(BINDIR)

# A profile of AppArmor is for a path.
COMMA := ,
$(B)/apparmor: packaging/apparmor/sandbox FORCE
	sed 's|^profile sandbox [^ ]*|profile sandbox $(BINDIR)/$(if $(filter \
		1,$(BWRAP)),{sandbox$(COMMA)bwrap},sandbox)|' $< >$@

# A name bwrap of an earlier installation goes on to be this executable.
install: all man ## install below DESTDIR and PREFIX (BWRAP=1: as bwrap too; APPARMOR=1)
	bwrap='$(filter 1,$(BWRAP))'; \
	[ ! '$(TO)/bwrap' -ef '$(TO)/sandbox' ] || bwrap=1; \
	install -D -m 755 $(BIN) '$(TO)/sandbox' && \
	{ [ -z "$$bwrap" ] || ln -f '$(TO)/sandbox' '$(TO)/bwrap'; }
	for f in $(PLACES); do install -D -m 644 "$${f%%:*}" \
		"$(DESTDIR)$${f#*:}" || exit 1; done

# Others have files in these directories too, so they go only when empty; and
# what the file hierarchy standard wants in every PREFIX stays.
uninstall: ## remove what install put there, with the same variables
	[ ! '$(TO)/bwrap' -ef '$(TO)/sandbox' ] || rm '$(TO)/bwrap'
	rm -f '$(TO)/sandbox'
	for f in $(PLACES); do rm -f "$(DESTDIR)$${f#*:}" || exit 1; done
	for d in $(DATADIR)/profiles $(DATADIR) $(MANDIR)/man1 $(MANDIR)/man5 \
		$(ZSHDIR) $(dir $(ZSHDIR)) $(BASHDIR) $(dir $(BASHDIR)) \
		$(FISHDIR) $(dir $(FISHDIR)); do \
		[ ! -d "$(DESTDIR)$$d" ] || \
		rmdir --ignore-fail-on-non-empty "$(DESTDIR)$$d" || exit 1; done

# --- handed out -----------------------------------------------------------

# All of it is made of what is committed, and of the tarball: the same commit
# gives the same bytes, wherever, whenever and with whatever umask.
NAME := sandbox-$(VERSION)
DIST := $(B)/$(NAME).tar.gz

dist: ## a reproducible tarball of the last commit, in build/
	@[ -e .git ] || { echo 'dist: this is no git repository' >&2; exit 1; }
	@mkdir -p $(B)
	git -c tar.umask=022 archive --prefix=$(NAME)/ -o $(B)/$(NAME).tar HEAD
	gzip -nf9 $(B)/$(NAME).tar

# What a make inside, for a package, shall not inherit from this one.
FRESH := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u B -u CFLAGS -u CPPFLAGS -u LDFLAGS
MACHINE := $(shell uname -m)

release: dist ## tarball, static executable, SHA256SUMS, in build/release/
	rm -rf $(B)/release $(B)/release-from
	mkdir -p $(B)/release $(B)/release-from
	tar -xzf $(DIST) -C $(B)/release-from
	cd $(B)/release-from/$(NAME) && $(FRESH) $(MAKE) -j2 all \
		CFLAGS="-ffile-prefix-map=$$(pwd)=." LDFLAGS=-s
	! LC_ALL=C readelf -lW $(B)/release-from/$(NAME)/sandbox | grep INTERP
	install -m 755 $(B)/release-from/$(NAME)/sandbox \
		$(B)/release/$(NAME)-$(MACHINE)
	install -m 644 $(DIST) $(B)/release
	cd $(B)/release && sha256sum $(NAME)* >SHA256SUMS
	rm -rf $(B)/release-from

deb: dist ## a package for Debian, in build/deb/ (not signed)
	rm -rf $(B)/deb
	mkdir -p $(B)/deb
	cp $(DIST) $(B)/deb/sandbox_$(VERSION).orig.tar.gz
	tar -xzf $(DIST) -C $(B)/deb
	cp -r $(B)/deb/$(NAME)/packaging/debian $(B)/deb/$(NAME)/debian
	cd $(B)/deb/$(NAME) && $(FRESH) dpkg-buildpackage -us -uc

rpm: dist ## a package for Fedora and its kin, in build/rpm/ (RPMFLAGS=--nodeps)
	rm -rf $(B)/rpm
	mkdir -p $(B)/rpm/SOURCES
	cp $(DIST) $(B)/rpm/SOURCES
	$(FRESH) rpmbuild --define '_topdir $(abspath $(B))/rpm' $(RPMFLAGS) \
		-ba packaging/rpm/sandbox.spec

.PHONY: install uninstall dist release deb rpm
