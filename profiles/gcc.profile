# compile, run and debug C and C++
#
# On top of default: the settings of compilers, make and ccache in the
# environment, and ccache's cache, which is kept.
include default

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
