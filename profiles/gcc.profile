# compile, run and debug C and C++
#
# On top of default: debuggers may trace what runs inside, and the settings of
# compilers, make and ccache are in the environment. ccache's cache is not shown:
# who can write to it decides about what is built outside, by its ccache.conf
# too. Add --rw ~/.cache/ccache where that is wanted.
include default

syscalls-allow ptrace process_vm_readv process_vm_writev kcmp

keepenv CC
keepenv CXX
keepenv CPP
keepenv LD
keepenv AR
keepenv CFLAGS
keepenv CXXFLAGS
keepenv CPPFLAGS
keepenv LDFLAGS
keepenv LDLIBS
keepenv MAKEFLAGS
keepenv MAKELEVEL
keepenv CPATH
keepenv C_INCLUDE_PATH
keepenv CPLUS_INCLUDE_PATH
keepenv LIBRARY_PATH
keepenv PKG_CONFIG_PATH
keepenv GCC_*
keepenv CCACHE_*
keepenv ?SAN_OPTIONS

ro-try ~/.config/ccache
ro-try ~/.gdbinit
