# compile, run and debug C and C++
#
# On top of default: debuggers may trace what runs inside; the settings of
# compilers, make and ccache are in the environment, and ccache's cache is kept.
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

rw-try ~/.cache/ccache
rw-try ~/.ccache
ro-try ~/.config/ccache
ro-try ~/.gdbinit
