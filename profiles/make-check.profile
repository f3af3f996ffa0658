# build a package and run its tests: ./configure && make check
#
# On top of gcc: the variables of configure, automake's test driver and libtool.
# Where the tests must not change the checkout, use ci.
include gcc

keepenv CONFIG_SITE
keepenv CONFIG_SHELL
keepenv MAKE
keepenv VERBOSE
keepenv V
keepenv TESTS
keepenv TEST_*
keepenv CHECK_*
keepenv LIBTOOL*
keepenv AWK
keepenv M4
keepenv PERL
keepenv PYTHON
keepenv DISTCHECK_CONFIGURE_FLAGS
