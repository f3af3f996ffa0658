# build a package and run its tests: ./configure && make check
#
# On top of gcc: the variables of configure, automake's test driver, libcheck and
# libtool. Others, as TEST_TOKEN, are not there.
# Where the tests must not change the checkout, use ci.
include gcc

keepenv CONFIG_SITE
keepenv CONFIG_SHELL
keepenv MAKE
keepenv VERBOSE
keepenv V
keepenv TESTS
keepenv TEST_LOGS
keepenv TEST_SUITE_LOG
keepenv TEST_EXTENSIONS
keepenv TEST_LOG_DRIVER
keepenv TEST_LOG_DRIVER_FLAGS
keepenv TEST_LOG_COMPILER
keepenv TEST_LOG_FLAGS
keepenv TESTS_ENVIRONMENT
keepenv AM_TESTS_ENVIRONMENT
keepenv XFAIL_TESTS
keepenv RECHECK_LOGS
keepenv CK_FORK
keepenv CK_VERBOSITY
keepenv CK_RUN_SUITE
keepenv CK_RUN_CASE
keepenv CK_INCLUDE_TAGS
keepenv CK_EXCLUDE_TAGS
keepenv CK_DEFAULT_TIMEOUT
keepenv CK_TIMEOUT_MULTIPLIER
keepenv CK_LOG_FILE_NAME
keepenv CK_TAP_LOG_FILE_NAME
keepenv CK_XML_LOG_FILE_NAME
keepenv CK_MAX_MSG_SIZE
keepenv LIBTOOL*
keepenv AWK
keepenv M4
keepenv PERL
keepenv PYTHON
keepenv DISTCHECK_CONFIGURE_FLAGS
