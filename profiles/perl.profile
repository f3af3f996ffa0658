# run Perl: modules from local files, tests
#
# On top of default: perls and modules in the home, to read, and their
# environment. ~/.cpan, ~/.cpanm and ~/.pause decide about what is installed
# outside, or have passwords, and are not shown.
include default

ro-try ~/perl5
ro-try ~/.plenv/versions

keepenv PERL5LIB
keepenv PERL5OPT
keepenv PERL_LOCAL_LIB_ROOT
keepenv PERL_MB_OPT
keepenv PERL_MM_OPT
keepenv PERL_UNICODE
keepenv PERL_HASH_SEED
keepenv HARNESS_*
keepenv TEST_VERBOSE
keepenv TEST_JOBS
keepenv TEST_FILES
keepenv TEST_METHOD
keepenv *_TESTING
